"""Diagnoses and grids in the background of a server, for all tabs that look at them."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace

from dec_core.analysis.diagnosis import Diagnosis, Plan
from dec_core.analysis.trials import Trial
from dec_core.errors import DECLabError
from dec_core.experiments.counterfactuals import Counterfactuals
from dec_core.experiments.diagnosing import diagnose, make_all
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Attempt:
    """A run that was wanted, and what became of it so far."""

    plan: Plan
    handle: RunHandle | None = None
    trial: Trial | None = None


@dataclass(frozen=True, eq=False)
class Progress:
    """How far an investigation is; replaced as a whole after every step.

    ``diagnosis`` is None of a grid; ``problem`` says why it ended without an answer.
    """

    attempts: tuple[Attempt, ...] = ()
    diagnosis: Diagnosis | None = None
    problem: str = ""
    is_over: bool = False


# The runs of a grid. None for a diagnosis, which asks for one after another.
Plans = tuple[Plan, ...]


@dataclass(eq=False)
class Investigation:
    """The diagnosis of one run, or the grid of ``plans``.

    ``trains`` says whether runs may be made for it, or only those looked at that are there;
    ``is_of_end`` whether the run had come to its end when it was asked about.
    """

    run_id: str
    trains: bool
    is_of_end: bool
    plans: Plans = ()
    progress: Progress = field(default_factory=Progress)
    is_unwanted: bool = False

    @property
    def kind(self) -> str:
        """In a word."""
        return "grid" if self.plans else "diagnosis"

    def stop(self) -> None:
        """Train nothing more; the run at hand is interrupted and can go on another time."""
        self.is_unwanted = True

    def watch(self, handle: RunHandle) -> None:
        """A run that was wanted begins to train."""
        *before, last = self.progress.attempts
        self._show((*before, replace(last, handle=handle)))

    def follow(self, plan: Plan, trial: Trial | None) -> None:
        """A run is wanted, or is there."""
        attempts = self.progress.attempts
        if trial is None:
            self._show((*attempts, Attempt(plan)))
        else:
            self._show((*attempts[:-1], replace(attempts[-1], trial=trial)))

    def _show(self, attempts: tuple[Attempt, ...]) -> None:
        self.progress = replace(self.progress, attempts=attempts)


class Investigations:
    """The newest of every kind for every run that was asked about. Safe for several threads."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager
        self._known: dict[tuple[str, Plans], Investigation] = {}
        self._lock = threading.Lock()

    def looked_at(self, run_id: str, plans: Plans = ()) -> Investigation:
        """What is known of a run: its diagnosis or the grid of ``plans``, or what the runs tell
        that are there already."""
        with self._lock:
            known = self._known.get((run_id, plans))
        # What was said of a run that still trained is out of date once it has ended.
        if known is not None and (
            known.is_of_end or not known.progress.is_over or not self._is_over(run_id)
        ):
            return known
        return self._begin(run_id, plans, trains=False)

    def start(self, run_id: str, plans: Plans = ()) -> Investigation:
        """Make the runs that its diagnosis or the grid needs, unless that is being done."""
        with self._lock:
            known = self._known.get((run_id, plans))
        if known is not None and known.trains and not known.progress.is_over:
            return known
        return self._begin(run_id, plans, trains=True)

    def _is_over(self, run_id: str) -> bool:
        return self._manager.get(run_id).view.is_over

    def _begin(self, run_id: str, plans: Plans, *, trains: bool) -> Investigation:
        investigation = Investigation(run_id, trains, self._is_over(run_id), plans)
        with self._lock:
            self._known[run_id, plans] = investigation
        name = f"{investigation.kind} of {investigation.run_id}"
        threading.Thread(target=self._work, args=(investigation,), name=name, daemon=True).start()
        return investigation

    def _work(self, investigation: Investigation) -> None:
        runs = Counterfactuals(
            self._manager,
            seconds=None if investigation.trains else 0,
            is_unwanted=lambda: investigation.is_unwanted,
            watch=investigation.watch,
        )
        kind, diagnosis, problem = investigation.kind, None, ""
        try:
            diagnosis = self._found(investigation, runs)
        except DECLabError as error:
            problem = str(error)
        except Exception as error:
            logger.exception("the %s of %s failed", kind, investigation.run_id)
            problem = f"The {kind} ended on an unexpected error: {type(error).__name__}: {error}"
        investigation.progress = replace(
            investigation.progress, diagnosis=diagnosis, problem=problem, is_over=True
        )

    def _found(self, asked: Investigation, runs: Counterfactuals) -> Diagnosis | None:
        if not asked.plans:
            return diagnose(self._manager, asked.run_id, runs, asked.follow)
        make_all(self._manager, asked.run_id, asked.plans, runs, asked.follow)
        return None
