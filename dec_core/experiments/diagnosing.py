"""From a run to the causes of what became of it, or to the runs of a grid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dec_core.analysis.data_facts import DataFacts, data_facts
from dec_core.analysis.diagnosis import Case, Diagnosis, Plan
from dec_core.analysis.investigation import investigate
from dec_core.analysis.trials import Trial
from dec_core.data import load
from dec_core.errors import DataError, RunError, SettingsError
from dec_core.experiments.counterfactuals import Counterfactuals, trial_of
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager

# Called with every run that is wanted, and again with what became of it.
Follow = Callable[[Plan, Trial | None], None]


def diagnose(
    manager: RunManager,
    run_id: str,
    runs: Counterfactuals,
    follow: Follow = lambda *_: None,
) -> Diagnosis:
    """Why the run was spoilt, found by runs from the same start with something changed.

    Raises
    ------
    RunError
        If the run is unknown, damaged, or so new that there is nothing to explain.
    DECLabError
        If its data cannot be had, or a run cannot be stored.
    """
    handle = manager.get(run_id)
    trial = trial_of(handle)
    if trial.start is None and not handle.state.is_over:
        if handle.view.failed is not None:
            raise RunError(handle.view.failed.message)
        remedy = "Resume it first." if handle.state.can_be_resumed else "Wait until it clusters."
        raise RunError(
            f"A diagnosis needs a run that has its k-means start. {run_id} has none yet. {remedy}"
        )
    inquiry = investigate(Case(trial, facts_of(handle)))
    try:
        plan = next(inquiry)
        while True:
            follow(plan, None)
            made = _made(runs, handle, plan)
            if made is not None:
                follow(plan, made)
            plan = inquiry.send(made)
    except StopIteration as end:
        diagnosis: Diagnosis = end.value
        return diagnosis


def make_all(
    manager: RunManager,
    run_id: str,
    plans: Sequence[Plan],
    runs: Counterfactuals,
    follow: Follow = lambda *_: None,
) -> None:
    """Make these runs from the start of a run; one that changes nothing is the run itself.

    Raises
    ------
    RunError
        If the run is unknown or damaged.
    DECLabError
        If a run cannot be stored.
    """
    handle = manager.get(run_id)
    for plan in plans:
        follow(plan, None)
        made = _made(runs, handle, plan) if plan.repairs else trial_of(handle)
        if made is not None:
            follow(plan, made)


def facts_of(handle: RunHandle) -> DataFacts:
    """Figures of the data of a run. Raises DECLabError where they cannot be had."""
    config = handle.config
    dataset = load(config.data, config.seed)
    return data_facts(dataset.samples, dataset.y, config.autoencoder.n_dimensions)


def _made(runs: Counterfactuals, handle: RunHandle, plan: Plan) -> Trial | None:
    """A run that its data or this machine do not allow tells nothing."""
    try:
        return runs.make(handle, plan)
    except (SettingsError, DataError):
        return None
