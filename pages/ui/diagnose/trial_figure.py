"""The runs of a diagnosis as small multiples, and the way to each of them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dec_core.analysis.answer import changed_words, outcome_words
from dec_core.analysis.diagnosis import changes
from dec_core.analysis.trials import Trial
from dec_core.analysis.verdict import VERDICT_WORDS
from dec_core.experiments.counterfactuals import trial_of
from dec_core.experiments.investigations import Attempt
from dec_core.plots.trial_runs import COLUMNS, TrialRun, draw_trial_runs, wrapped
from dec_core.runs.handle import RunHandle
from pages.ui.parts.live_plot import show_plot
from pages.ui.parts.verbatim import verbatim

_TITLE_HEIGHT, _ROW_HEIGHT = 60, 215


def trial_figure(run: RunHandle, attempts: Sequence[Attempt]) -> None:
    """The run itself, then every run that was made or trains now."""
    if not attempts:
        return
    shown = [_drawn("As it was", trial_of(run))]
    shown += [_drawn(one.plan.words, trial) for one in attempts if (trial := trial_so_far(one))]
    rows = -(-len(shown) // COLUMNS)
    show_plot(
        "trial_runs",
        lambda: draw_trial_runs(shown),
        subject=run.run_id,
        filename=f"dec-lab_{run.run_id}_{{}}",
        news=tuple(len(one.history) for one in shown),
        options=len(shown),
        height=_TITLE_HEIGHT + rows * _ROW_HEIGHT,
    )


def open_runs(run: RunHandle, attempts: Sequence[Attempt]) -> None:
    """Every run by a link, and all of them on Compare."""
    made = {trial.run_id: one for one in attempts if (trial := trial_so_far(one))}
    if not made:
        return
    with st.expander(f"The runs ({len(made)})", icon=":material/list:"):
        st.page_link(
            "compare.py",
            label="Compare all of them",
            icon=":material/compare_arrows:",
            query_params={"runs": ",".join([run.run_id, *made]), "baseline": run.run_id},
        )
        for run_id, attempt in made.items():
            trial = trial_so_far(attempt)
            with st.container(horizontal=True, vertical_alignment="center"):
                st.page_link(
                    "train.py",
                    label=attempt.plan.words,
                    help=_changed(run, attempt),
                    icon=":material/model_training:",
                    query_params={"run": run_id},
                )
                if trial is not None:
                    st.caption(verbatim(outcome_words(trial)))


def trial_so_far(attempt: Attempt) -> Trial | None:
    """What is known of a run by now; nothing of one that has not begun."""
    if attempt.trial is not None:
        return attempt.trial
    return None if attempt.handle is None else trial_of(attempt.handle)


def _changed(run: RunHandle, attempt: Attempt) -> str:
    return changed_words(changes(run.config, attempt.plan.config)) or "The same again"


def _drawn(words: str, trial: Trial) -> TrialRun:
    outcome = "not yet clustered"
    if trial.history:
        outcome = outcome_words(trial)
    elif trial.verdict is not None:
        outcome = f"{VERDICT_WORDS[trial.verdict]} before it clustered"
    return TrialRun(wrapped(words), wrapped(outcome), trial.start, trial.history)
