"""Diagnoses in the background of a server, for all tabs that look at them."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace

from dec_core.analysis.diagnosis import Diagnosis, Plan
from dec_core.analysis.trials import Trial
from dec_core.errors import DECLabError
from dec_core.experiments.counterfactuals import Counterfactuals
from dec_core.experiments.diagnosing import diagnose
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
    """How far a diagnosis is; replaced as a whole after every step.

    ``problem`` says why it ended without an answer.
    """

    attempts: tuple[Attempt, ...] = ()
    diagnosis: Diagnosis | None = None
    problem: str = ""
    is_over: bool = False


@dataclass(eq=False)
class Investigation:
    """The diagnosis of one run; ``trains`` says whether runs may be made for it, or only those
    looked at that are there."""

    run_id: str
    trains: bool
    progress: Progress = field(default_factory=Progress)
    is_unwanted: bool = False

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
    """The newest diagnosis of every run that was asked about. Safe for several threads."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager
        self._known: dict[str, Investigation] = {}
        self._lock = threading.Lock()

    def looked_at(self, run_id: str) -> Investigation:
        """What is known of a run: its diagnosis, or one from the runs that are there already."""
        with self._lock:
            known = self._known.get(run_id)
        return known or self._begin(Investigation(run_id, trains=False))

    def start(self, run_id: str) -> Investigation:
        """Make the runs that its diagnosis needs, unless that is being done."""
        with self._lock:
            known = self._known.get(run_id)
        if known is not None and known.trains and not known.progress.is_over:
            return known
        return self._begin(Investigation(run_id, trains=True))

    def _begin(self, investigation: Investigation) -> Investigation:
        with self._lock:
            self._known[investigation.run_id] = investigation
        name = f"diagnosis of {investigation.run_id}"
        threading.Thread(target=self._work, args=(investigation,), name=name, daemon=True).start()
        return investigation

    def _work(self, investigation: Investigation) -> None:
        runs = Counterfactuals(
            self._manager,
            seconds=None if investigation.trains else 0,
            is_unwanted=lambda: investigation.is_unwanted,
            watch=investigation.watch,
        )
        diagnosis, problem = None, ""
        try:
            diagnosis = diagnose(self._manager, investigation.run_id, runs, investigation.follow)
        except DECLabError as error:
            problem = str(error)
        except Exception as error:
            logger.exception("the diagnosis of %s failed", investigation.run_id)
            problem = f"The diagnosis ended on an unexpected error: {type(error).__name__}: {error}"
        investigation.progress = replace(
            investigation.progress, diagnosis=diagnosis, problem=problem, is_over=True
        )
