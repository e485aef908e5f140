"""The outcomes of a grid as tables of two by two, every cell a link to its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dec_core.analysis.answer import changed_words
from dec_core.analysis.diagnosis import Plan, changes
from dec_core.analysis.factorial import Cell, Grid
from dec_core.analysis.factorial_words import effect_sentences, level_words, outcome_word
from dec_core.analysis.factors import Factor
from dec_core.analysis.trials import Rank, Trial
from dec_core.analysis.verdict import Condition
from dec_core.experiments.investigations import Attempt
from dec_core.runs.handle import RunHandle
from pages.ui.diagnose.trial_figure import trial_so_far
from pages.ui.parts.conditions import condition_sign
from pages.ui.parts.verbatim import verbatim

_CONDITIONS = {
    Rank.SOUND: Condition.HEALTHY,
    Rank.FAILING: Condition.WARNING,
    Rank.RUINED: Condition.BROKEN,
}
# The reference comes first.
_LEVELS = (False, True)
_WIDTHS = (1, 2, 2)
_LEAST_WIDTH = 460


def cell_trials(grid: Grid, attempts: Sequence[Attempt]) -> dict[Cell, Trial]:
    """The runs that are there, by their cells."""
    made = {one.plan: one.trial for one in attempts if one.trial is not None}
    return {cell: made[plan] for cell, plan in grid.plans.items() if plan in made}


def outcome_map(run: RunHandle, grid: Grid, attempts: Sequence[Attempt]) -> None:
    """One table for two factors, for a third one a table for each of its values."""
    known = {one.plan: one for one in attempts}
    rows, columns, *third = grid.factors
    if not third:
        _table(run, grid, known, (rows, columns), frozenset())
        return
    tables = st.grid(len(_LEVELS), min_column_width=_LEAST_WIDTH)
    for is_wrong in _LEVELS:
        with tables.container(gap="xsmall"):
            st.markdown(f"**With {verbatim(level_words(grid, third[0], is_wrong=is_wrong))}**")
            fixed = frozenset({third[0].cause} if is_wrong else ())
            _table(run, grid, known, (rows, columns), fixed)


def said_of_effects(grid: Grid, trials: Mapping[Cell, Trial]) -> None:
    """What each factor costs and what pairs do, once every run is there."""
    if len(trials) < len(grid.plans):
        st.caption("What each factor costs is said here once all of these runs are there.")
        return
    sentences = effect_sentences(grid, trials)
    st.markdown("\n".join(f"- {verbatim(sentence)}" for sentence in sentences))
    remarks = []
    if len(grid.factors) > 2:
        remarks.append("What is said of two factors is the mean over both values of the third.")
    if any(plan.is_short for plan in grid.plans.values()):
        remarks.append("Runs whose updates cost more were ended after fewer iterations.")
    st.caption(" ".join(["Each number is of the last update of a run.", *remarks]))


def _table(
    run: RunHandle,
    grid: Grid,
    known: Mapping[Plan, Attempt],
    factors: tuple[Factor, Factor],
    fixed: Cell,
) -> None:
    rows, columns = factors
    heads = st.columns(_WIDTHS, gap="xsmall")
    for place, is_wrong in zip(heads[1:], _LEVELS, strict=True):
        place.caption(verbatim(level_words(grid, columns, is_wrong=is_wrong)))
    for is_row_wrong in _LEVELS:
        places = st.columns(_WIDTHS, gap="xsmall", vertical_alignment="center")
        places[0].caption(verbatim(level_words(grid, rows, is_wrong=is_row_wrong)))
        for place, is_wrong in zip(places[1:], _LEVELS, strict=True):
            wrong = ((rows, is_row_wrong), (columns, is_wrong))
            cell = fixed | {factor.cause for factor, is_set in wrong if is_set}
            with place:
                _cell(run, grid.plans[cell], known.get(grid.plans[cell]))


def _cell(run: RunHandle, plan: Plan, attempt: Attempt | None) -> None:
    """Icon and word of what became of the run, which lead to it, and its numbers."""
    trial = None if attempt is None else trial_so_far(attempt)
    kind, sign, word = "empty", ":material/hourglass_empty:", "Not run yet"
    if attempt is not None and attempt.trial is not None:
        trial = attempt.trial
        kind, sign = trial.rank.name.lower(), condition_sign(_CONDITIONS[trial.rank])
        word = outcome_word(trial).capitalize()
    elif trial is not None:
        sign, word = ":material/hourglass_top:", "Trains"
    name = "_".join(sorted(plan.repairs))
    with st.container(border=True, gap=None, key=f"cell_{kind}_{name}"):
        st.page_link(
            "train.py",
            label=f"{sign} **{word}**",
            help=verbatim(changed_words(changes(run.config, plan.config))) or "The run itself",
            disabled=trial is None,
            query_params={"run": trial.run_id if trial else run.run_id},
        )
        st.caption("  \n".join(map(verbatim, _numbers(trial))))


def _numbers(trial: Trial | None) -> list[str]:
    """NMI and clusters, and how far it came; a dash where there are none yet."""
    if trial is None or not trial.history or trial.start is None:
        return ["\N{EN DASH}"]
    measures, total = trial.measures, len(trial.start.cluster_sizes)
    said = [f"{measures['occupied_clusters']:.0f} of {total} clusters"]
    if "nmi" in measures:
        said.insert(0, f"NMI {measures['nmi']:.3f}")
    else:
        said.append(f"{measures['effective_clusters']:.1f} effective")
    return [", ".join(said), f"iteration {trial.history[-1].iteration:,}"]
