"""The curves of the chosen runs, live ones included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite

import streamlit as st

from dec_core.analysis.measure import Measure
from dec_core.analysis.measures import MEASURES
from dec_core.analysis.published import Reference
from dec_core.events.view import View
from dec_core.plots.comparison import draw_comparison
from dec_core.plots.comparison_curves import (
    Along,
    Series,
    further_measures,
    headline_measures,
    lacks,
)
from dec_core.store.record import RunRecord
from pages.ui.compare.address import (
    choose_along,
    choose_folded,
    choose_measure,
    choose_published_shown,
    choose_smoothing,
    chosen_along,
    chosen_measure,
    chosen_smoothing,
    is_folded,
    is_published_shown,
)
from pages.ui.compare.published import drawn_references
from pages.ui.compare.run_legend import LegendEntry, run_legend
from pages.ui.compare.runs import have_moved_on, is_changing, summary_of
from pages.ui.compare.series import Group, can_fold, readable, repeats
from pages.ui.parts.live_plot import show_plot
from pages.ui.parts.verbatim import verbatim

TICK_SECONDS = 1.0
HEIGHT = 530
_ALL, _MORE = "All", "More"
# Of the moving average; an address may name others.
_WEIGHTS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Drawing:
    """What is drawn, along what, with which weight of the moving average, before what."""

    measures: tuple[Measure, ...]
    along: Along
    smoothing: float
    references: tuple[Reference, ...]


def curve_controls(records: Sequence[RunRecord]) -> Drawing:
    """What is drawn, and how."""
    measures = _chosen_measures(with_labels=_have_labels(records))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        along = _along()
        smoothing = _smoothing()
        is_possible = can_fold(records)
        key = "fold_seeds"
        st.session_state[key] = is_mean = is_folded()
        st.toggle(
            "Mean over seeds",
            key=key,
            disabled=not is_possible,
            on_change=lambda: choose_folded(st.session_state[key]),
            help="Runs that differ in their seed alone become one curve: their mean, with a band "
            "of one standard deviation. It ends where the shortest of them ends. Of several runs "
            "with the same seed the longest counts.",
        )
        references = _published(records)
    if is_mean or not is_possible:
        _explain_repeats(records)
    return Drawing(tuple(measures), along, smoothing, references)


def _published(records: Sequence[RunRecord]) -> tuple[Reference, ...]:
    """The published results that are drawn; the control is there where there are some."""
    references = drawn_references(records)
    if not references:
        return ()
    key = "compare_published"
    st.session_state[key] = is_shown = is_published_shown()
    st.toggle(
        "Published results",
        key=key,
        on_change=lambda: choose_published_shown(st.session_state[key]),
        help="Behind ACC and NMI: a grey band from the lowest to the highest published trial where "
        "a run has the published settings and data, a dashed line where some of them differ",
    )
    return references if is_shown else ()


def _along() -> Along:
    """The horizontal axis; the widget follows the address."""
    key, along = "compare_along", chosen_along()
    st.session_state[key] = along
    st.segmented_control(
        "Along",
        list(Along),
        required=True,
        format_func=lambda one: Along(one).label,
        label_visibility="collapsed",
        key=key,
        on_change=lambda: choose_along(Along(st.session_state[key])),
    )
    return along


def _smoothing() -> float:
    """The weight of the moving average; the widget follows the address."""
    key, weight = "compare_smoothing", chosen_smoothing()
    st.session_state[key] = weight
    st.selectbox(
        "Smoothing",
        sorted({*_WEIGHTS, weight}),
        key=key,
        format_func=lambda one: f"Smoothing: {one:g}" if one else "Smoothing: off",
        label_visibility="collapsed",
        width=160,
        on_change=lambda: choose_smoothing(st.session_state[key]),
        help="Exponential moving average over the updates; the recorded values stay behind it",
    )
    return weight


def _have_labels(records: Sequence[RunRecord]) -> bool:
    """Whether one of the runs has true labels, or none has got so far that this is known."""
    begun = [summary for summary in map(summary_of, records) if summary.get("updates")]
    return not begun or any(summary.get("acc") is not None for summary in begun)


def _chosen_measures(*, with_labels: bool) -> list[Measure]:
    """All headline measures, one of them, or one of the others from a list of its own."""
    headline = headline_measures(with_labels=with_labels)
    further = further_measures(with_labels=with_labels)
    name = chosen_measure([one.name for one in (*headline, *further)])
    places = {_ALL: None, **{one.label: one.name for one in headline}}
    places[_MORE] = name if name in [one.name for one in further] else further[0].name
    key, words = "compare_measure", {value: label for label, value in places.items()}
    st.session_state[key] = words[name]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.segmented_control(
            "Measure",
            list(places),
            required=True,
            label_visibility="collapsed",
            key=key,
            on_change=lambda: choose_measure(places[st.session_state[key]]),
        )
        if words[name] == _MORE:
            _other_measure(further, name)
    return headline if name is None else [MEASURES[name]]


def _other_measure(further: Sequence[Measure], name: str | None) -> None:
    key = "compare_other_measure"
    st.session_state[key] = name
    st.selectbox(
        "Other measure",
        [one.name for one in further],
        format_func=lambda name: MEASURES[name].label,
        label_visibility="collapsed",
        width=220,
        key=key,
        on_change=lambda: choose_measure(st.session_state[key]),
    )


def _explain_repeats(records: Sequence[RunRecord]) -> None:
    """Which runs are not folded, though nothing but their seed could differ."""
    names = ", ".join(
        f"{one.name} (seed {one.config.seed})" for one in repeats(records) if one.config
    )
    if names:
        st.caption(
            "Not part of a mean, because another of the chosen runs has the same settings and the "
            f"same seed: {verbatim(names)}."
        )


def _explain_missing(series: Sequence[Series], measures: Sequence[Measure]) -> None:
    """Which runs have no curve of a measure that was chosen from the list."""
    for measure in measures:
        names = ", ".join(one.name for one in series if lacks(one, measure))
        if names and not measure.is_headline:
            st.caption(f"{measure.label} was not recorded by: {verbatim(names)}.")


def curves(groups: Sequence[Group], drawing: Drawing) -> None:
    """Legend and figure; they tick only while one of the runs trains."""
    is_ticking = any(is_changing(record) for group in groups for record in group.records)

    @st.fragment(run_every=TICK_SECONDS if is_ticking else None)
    def tick() -> None:
        series, problems = readable(groups)
        run_legend([_entry(one) for one in series])
        for problem in problems:
            st.warning(verbatim(problem), icon=":material/broken_image:")
        _figure(series, drawing)
        _explain_missing(series, drawing.measures)
        if is_ticking and any(have_moved_on(group.records) for group in groups):
            st.rerun()

    tick()


def _figure(series: Sequence[Series], drawing: Drawing) -> None:
    measures, along = drawing.measures, drawing.along
    with st.container(border=True):
        show_plot(
            "comparison",
            partial(
                draw_comparison, series, measures, along, drawing.smoothing, drawing.references
            ),
            subject=",".join(one.key for one in series),
            filename="dec-lab_{}",
            news=tuple(len(view.updates) for one in series for view in one.views),
            options=(
                drawing,
                tuple((one.name, one.color, one.is_baseline, len(one.views)) for one in series),
            ),
            may_wait=False,
            zoom=f"{along}{len(measures)}{measures[0].name}",
            height=HEIGHT,
        )


def _entry(one: Series) -> LegendEntry:
    return LegendEntry(
        one.key, one.name, one.color, _note(one.views), f"./?run={one.key}", one.is_baseline
    )


def _note(views: Sequence[View]) -> str:
    """NMI and the gain over the k-means start; for several runs their means. Without true labels
    the silhouette in the data."""
    for measure in (MEASURES["nmi"], MEASURES["data_silhouette"]):
        pairs = [
            (view.updates[-1].value(measure.name), view.start.value(measure.name))
            for view in views
            if view.updates and view.start
        ]
        pairs = [pair for pair in pairs if all(map(isfinite, pair))]
        if pairs:
            now, start = (sum(values) / len(pairs) for values in zip(*pairs, strict=True))
            return f"{measure.label} {now:.3f}, {now - start:+.3f} over k-means"
    return "no scores" if any(view.updates for view in views) else "no update yet"
