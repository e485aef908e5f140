"""The form that makes files of the figures on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from dec_core.export.browser import find_browser, missing_browser
from dec_core.export.figures import FigureFormat, export_figures
from pages.ui.export.job import ExportRequest, job_button, job_result
from pages.ui.export.size import Looks, looks_choice
from pages.ui.parts.live_plot import Drawn
from pages.ui.parts.verbatim import verbatim


@dataclass(frozen=True)
class ShownRuns:
    """What a page shows: for its files' names, and to tell one choice from another."""

    subject: str
    runs: frozenset[str]


def figures_form(shown: ShownRuns, figures: Sequence[Drawn]) -> None:
    """Which of the figures, as they stand on the page, in which formats, how large."""
    by_name = {one.plot.name: one for one in figures}
    if not by_name:
        st.info("There are no figures yet. Start a run or choose runs.", icon=":material/info:")
        return
    chosen = st.pills(
        "Figures",
        list(by_name),
        default=list(by_name),
        selection_mode="multi",
        format_func=lambda name: by_name[name].plot.title,
        key=f"export_figures:{','.join(by_name)}",
    )
    formats = format_choice([FigureFormat.PDF], key="figure_formats")
    looks, problem = looks_choice(formats, key="figure")
    wanted = _wanted(shown, [by_name[name] for name in chosen], formats, looks)
    at_work = job_button(
        "Make the files",
        wanted,
        icon=":material/draw:",
        is_possible=bool(chosen and formats) and not problem,
        key="make_figures",
    )
    if problem:
        st.warning(problem, icon=":material/warning:")
    else:
        job_result(wanted.key, at_work)


def format_choice(default: Sequence[FigureFormat], *, key: str) -> list[FigureFormat]:
    """Formats of figures; images only where a browser can draw them, else the reason."""
    has_browser = find_browser() is not None
    options = [format for format in FigureFormat if has_browser or not format.is_image]
    preset = [format for format in default if format in options] or options[:1]
    chosen = st.pills(
        "Formats",
        options,
        default=preset,
        selection_mode="multi",
        format_func=lambda format: format.value.upper(),
        key=f"{key}:{has_browser}",
    )
    if not has_browser:
        st.caption(verbatim(missing_browser()))
    return list(chosen)


def _wanted(
    shown: ShownRuns,
    figures: Sequence[Drawn],
    formats: Sequence[FigureFormat],
    looks: Looks,
) -> ExportRequest:
    """The files as they would be made now.

    How far the run is stands in their name only: a file of an earlier moment is still offered.
    """
    plots = [one.plot for one in figures]
    is_alone = len(plots) * len(formats) == 1
    name, ending = (plots[0].name, formats[0].value) if is_alone else ("figures", "zip")

    choices = frozenset(one.choice for one in figures)
    return ExportRequest(
        ("figures", shown, choices, frozenset(formats), looks),
        f"dec-lab_{shown.subject}_{name}{_moment(figures)}.{ending}",
        partial(export_figures, plots, formats=formats, **looks._asdict()),
    )


def _moment(figures: Sequence[Drawn]) -> str:
    """How far the run was in the newest of the figures, as a part of a file's name."""
    iterations = [one.iteration for one in figures if one.iteration is not None]
    return f"_iteration-{max(iterations)}" if iterations else ""
