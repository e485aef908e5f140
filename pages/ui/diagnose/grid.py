"""Runs with every combination of two or three factors: the choice, the map of outcomes, effects."""

from __future__ import annotations

import streamlit as st

from dec_core.analysis.diagnosis import Case
from dec_core.analysis.factorial import FEWEST, MOST, Grid, grid_factors, grid_of
from dec_core.experiments.investigations import Investigation, Plans
from dec_core.runs.handle import RunHandle
from pages.ui.diagnose.causes import TICK_SECONDS, investigations
from pages.ui.diagnose.outcome_map import cell_trials, outcome_map, said_of_effects
from pages.ui.parts.address import keep
from pages.ui.parts.parameters import parameters
from pages.ui.parts.state import show_run
from pages.ui.parts.verbatim import verbatim

_FACTORS, _OTHERS = "factors", "others"
_AT_REFERENCE, _AS_IN_RUN = "at the reference", "as in this run"
_CASES = "grid_cases"


def grid(run: RunHandle, *, is_hidden: bool) -> None:
    """Which factors to vary, and what the runs with each combination of them say."""
    case = _case(run)
    if case is None:
        return
    st.divider()
    st.subheader("Which factors act together?", anchor=False)
    labels = {one.cause: one.label(run.config) for one in grid_factors(case)}
    if len(labels) < FEWEST:
        st.caption("A grid needs two settings that differ from the reference; this run has fewer.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        causes = _chosen_factors(run, labels)
        repairs_others = len(labels) <= FEWEST or _others_at_reference(run)
        if len(causes) < FEWEST:
            st.caption("Choose two or three factors.")
            return
        asked = grid_of(case, causes, repairs_others=repairs_others)
        plans = tuple(asked.plans.values())
        investigation = investigations().looked_at(run.run_id, plans)
        _command(run, asked, investigation, plans)
    _outcomes(run, asked, investigation, is_hidden=is_hidden)


def _case(run: RunHandle) -> Case | None:
    """As its diagnosis has it, or had it before another one began; None before the first one."""
    if run.view.start is None and not run.state.is_over:
        return None
    found = investigations().looked_at(run.run_id).progress.diagnosis
    known: dict[str, Case] = st.session_state.setdefault(_CASES, {})
    if found is not None:
        known[run.run_id] = found.case
    return known.get(run.run_id)


def _chosen_factors(run: RunHandle, labels: dict[str, str]) -> list[str]:
    """By their causes; the two likeliest ones where the address names none."""
    key = f"grid_factors:{run.run_id}"
    named = st.session_state.get(key, parameters.get(_FACTORS, "").split(","))
    likeliest = list(labels)[:FEWEST]
    wanted = [one for one in named if one in labels][:MOST] or likeliest
    if named != wanted or key not in st.session_state:
        st.session_state[key] = wanted
    chosen = st.multiselect(
        "Factors",
        list(labels),
        format_func=labels.__getitem__,
        max_selections=MOST,
        key=key,
        help="The settings in which this run differs from the reference. Every combination of "
        "their values here and at the reference is one run.",
    )
    keep(_FACTORS, "" if chosen == likeliest else ",".join(chosen))
    return chosen


def _others_at_reference(run: RunHandle) -> bool:
    key = f"grid_others:{run.run_id}"
    if key not in st.session_state:
        is_own = parameters.get(_OTHERS) == "own"
        st.session_state[key] = _AS_IN_RUN if is_own else _AT_REFERENCE
    chosen = st.segmented_control(
        "Other factors of clustering",
        [_AT_REFERENCE, _AS_IN_RUN],
        required=True,
        key=key,
    )
    keep(_OTHERS, "own" if chosen == _AS_IN_RUN else "")
    return chosen == _AT_REFERENCE


def _command(run: RunHandle, asked: Grid, investigation: Investigation, plans: Plans) -> None:
    """Run what is missing, stop it, or see all of it on Compare."""
    progress = investigation.progress
    trials = cell_trials(asked, progress.attempts)
    if investigation.trains and not progress.is_over:
        st.button(
            "Stop",
            icon=":material/stop:",
            disabled=investigation.is_unwanted,
            on_click=investigation.stop,
            key="stop_grid",
            help="The runs that are done stay; another click on Run the grid goes on",
        )
    elif len(trials) < len(plans):
        st.button(
            "Run the grid",
            icon=":material/grid_view:",
            disabled=not progress.is_over,
            on_click=_begin,
            args=(run.run_id, plans),
            key="start_grid",
            help=f"Trains the {len(plans) - len(trials)} of {len(plans)} runs that are not there "
            "yet, from the same k-means start where the factors allow it",
        )
    else:
        st.page_link(
            "compare.py",
            label="Compare these runs",
            icon=":material/compare_arrows:",
            query_params={
                "runs": ",".join(one.run_id for one in trials.values()),
                "baseline": trials[frozenset()].run_id,
            },
        )


def _begin(run_id: str, plans: Plans) -> None:
    investigations().start(run_id, plans)


def _outcomes(
    run: RunHandle, asked: Grid, investigation: Investigation, *, is_hidden: bool
) -> None:
    """The map and what it says; while runs are made for it, it grows in place."""
    drawn = investigation.progress
    run_every = None if drawn.is_over or is_hidden else TICK_SECONDS

    @st.fragment(run_every=run_every)
    def tick() -> None:
        now = investigation.progress
        if now.problem:
            st.error(verbatim(now.problem), icon=":material/error:")
        outcome_map(run, asked, now.attempts)
        said_of_effects(asked, cell_trials(asked, now.attempts))
        if now.is_over is not drawn.is_over:
            show_run(run.run_id)
            st.rerun()

    tick()
