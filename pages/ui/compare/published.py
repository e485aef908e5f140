"""How the chosen runs stand beside published results."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from statistics import mean, stdev

import streamlit as st

from dec_core.analysis.measures import MEASURES
from dec_core.analysis.published import Reference, Spread, references
from dec_core.analysis.verdict import StopReason
from dec_core.store.record import RunRecord, RunState
from pages.ui.compare.runs import changes_of, summary_of
from pages.ui.compare.series import Group
from pages.ui.compare.small_table import STYLE, swatch

_MEASURES = ("acc", "nmi")
_AT_ITS_END = (StopReason.TOLERANCE, StopReason.MAX_ITERATIONS)
_BY_CHANCE = "By chance alone an eleventh trial lies outside the range of ten in 2 of 11 cases."


def drawn_references(records: Sequence[RunRecord]) -> tuple[Reference, ...]:
    """Each published result once, as the run that is nearest to its settings has it beside it."""
    found: dict[str, Reference] = {}
    for reference in (one for record in records for one in _references(record)):
        title = reference.published.title
        nearest = found.setdefault(title, reference)
        if len(reference.differences) < len(nearest.differences):
            found[title] = reference
    return tuple(found.values())


def published_results(groups: Sequence[Group]) -> None:
    """A row for every series and every result that was published for its settings or near them;
    nothing where there are none."""
    beside = [(group, one) for group in groups for one in _references(group.records[0])]
    if not beside:
        return
    st.markdown("**How do they stand beside published results?**")
    rows = "".join(_row(group, reference) for group, reference in beside)
    heads = "".join(f"<th>{MEASURES[name].label} at the end</th>" for name in _MEASURES)
    st.html(
        f'{STYLE}<div class="dec-lab-settings"><table><thead><tr><th>Run</th>{heads}'
        f"<th>Beside</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
    words = dict.fromkeys(f"{one.published.name}: {one.published.source}." for _, one in beside)
    by_chance = [_BY_CHANCE] * any(one.is_same for _, one in beside)
    st.caption(" ".join([*words, *by_chance]))


def _references(record: RunRecord) -> tuple[Reference, ...]:
    """None for a branch or a run whose settings were changed while it trained: it has not had one
    setting from its start to its end."""
    if record.config is None or record.lineage is not None or changes_of(record):
        return ()
    return references(record.config, record.n_samples)


def _row(group: Group, reference: Reference) -> str:
    published = reference.published
    cells = "".join(_cell(group, name, published.end[name], reference) for name in _MEASURES)
    return (
        f'<tr data-run="{group.key}"><th>{swatch(group)}{escape(group.name)}</th>'
        f'{cells}<td class="words">{escape(published.title)}<br>'
        f"<small>{escape(reference.setting)}</small></td></tr>"
    )


def _cell(group: Group, name: str, spread: Spread, reference: Reference) -> str:
    """A score of the runs at their end, and below it where it lies."""
    values = [value for record in group.records if (value := _end(record, name)) is not None]
    score = f"{mean(values):.3f}" if values else "not at its end"
    if len(values) > 1:
        score += f" \N{PLUS-MINUS SIGN} {stdev(values):.3f}"
    if values and reference.band(name) is not None:
        where = f"{_places(values, spread)} the published range {spread.range_text}"
    else:
        where = f"published {spread.text}"
    return f"<td>{score}<br><small>{where}</small></td>"


def _places(values: Sequence[float], spread: Spread) -> str:
    places = [spread.place(value) for value in values]
    return places[0] if len(places) == 1 else f"{places.count('inside')} of {len(places)} inside"


def _end(record: RunRecord, name: str) -> float | None:
    """The score of a run that went on until it stopped by itself; None of any other."""
    summary = summary_of(record)
    is_at_end = record.state is RunState.FINISHED and summary.get("stop_reason") in _AT_ITS_END
    return summary.get(name) if is_at_end else None
