"""One run on its thread, with the commands that a person may give it."""

from __future__ import annotations

import contextlib
import gc
import logging
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from queue import SimpleQueue
from typing import TYPE_CHECKING

from dec_core.config import LIVE_PARAMETERS, Config
from dec_core.errors import DataUnavailableError, DECLabError, RunError
from dec_core.events.events import (
    CentersInitialized,
    Event,
    ParameterChanged,
    PretrainingEpochEnded,
    RunFailed,
    RunFinished,
    StepsDone,
    TargetUpdated,
)
from dec_core.events.frames import Frames, MemoryFrames
from dec_core.events.view import View, fold
from dec_core.runs.execution import execute
from dec_core.runs.maps import Maps
from dec_core.store.record import Lineage, RunRecord, RunState
from dec_core.store.recorder import Recorder
from dec_core.training.requests import check_change

if TYPE_CHECKING:
    from dec_core.processes.projector import Projector
    from dec_core.training.clock import ActiveTime
    from dec_core.training.trainer import Trainer

logger = logging.getLogger(__name__)


class Step(StrEnum):
    """How far a single step goes."""

    UPDATE = "update"
    ITERATION = "iteration"


# A step ends with the first of these; before clustering that is an epoch or the k-means start.
_STEP_ENDS: dict[Step, tuple[type[Event], ...]] = {
    Step.UPDATE: (PretrainingEpochEnded, CentersInitialized, TargetUpdated),
    Step.ITERATION: (PretrainingEpochEnded, CentersInitialized, StepsDone),
}


@dataclass(frozen=True)
class _Change:
    path: str
    value: float


class RunSession:
    """A run that trains on its own thread.

    ``view`` is immutable and replaced after every event, so any thread may read it. Commands
    take effect between two events, that is within about half a second.

    Parameters
    ----------
    run_id : the run's name
    config : its settings
    preset : the preset that they started from
    projector : makes the UMAP maps
    on_end : called on the run's thread once it has ended
    recorder : stores the run; without one it lives as long as the process
    problem : why there is no recorder
    """

    def __init__(
        self,
        run_id: str,
        config: Config,
        preset: str,
        projector: Projector,
        on_end: Callable[[], None] = lambda: None,
        *,
        recorder: Recorder | None = None,
        problem: str = "",
    ) -> None:
        self.run_id = run_id
        self.config = config
        self.preset = preset
        self.maps = Maps(run_id, projector, config.seed)
        self.lineage: Lineage | None = recorder.record.lineage if recorder else None
        self._on_end = on_end
        self._recorder = recorder
        self._is_from_store = False
        # Asked now: once it begins, a recorder calls every run one that has trained.
        self._has_trained = recorder is not None and recorder.has_trained
        self._problem = problem
        self._is_suspending = False
        self._view = View()
        self.frames: Frames = MemoryFrames()
        self._state = RunState.QUEUED
        self._step: Step | None = None
        self._commands: SimpleQueue[_Change | Step | str] = SimpleQueue()
        self._asked: dict[str, float] = {}
        self._clock: ActiveTime | None = None
        self._has_failed = False
        self._is_stopping = False
        # A queued run may be withdrawn on one thread while another one starts it.
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @classmethod
    def stored(
        cls, record: RunRecord, config: Config, view: View, frames: Frames, projector: Projector
    ) -> RunSession:
        """A run that this process did not train, as its folder shows it."""
        session = cls(record.run_id, config, record.preset, projector)
        session.lineage = record.lineage
        session._is_from_store = True
        session.show_stored(view, frames)
        session._state = RunState.ELSEWHERE if record.state.is_at_work else record.state
        return session

    def show_stored(self, view: View, frames: Frames) -> None:
        """What a run looks like before its thread begins."""
        self._view, self.frames = view, frames

    @property
    def view(self) -> View:
        """The run as its events so far tell it."""
        return self._view

    @property
    def state(self) -> RunState:
        """Where the run is in its life."""
        return self._state

    @property
    def elapsed_seconds(self) -> float:
        """Active seconds of training until now, also where no event has told of them yet."""
        clock = self._clock
        return self._view.elapsed_seconds if clock is None else clock.training_seconds

    @property
    def live_values(self) -> dict[str, float]:
        """Every live parameter as it was last asked for, whether or not it has taken effect yet."""
        view, asked = self._view, dict(self._asked)
        config = self.config if view.started is None else view.config
        return {path: asked.get(path, config.get(path)) for path in LIVE_PARAMETERS}

    @property
    def is_stopping(self) -> bool:
        """Whether stop was asked for; it stays so once the run has ended."""
        return self._is_stopping

    @property
    def is_stored(self) -> bool:
        """Whether all that is known of the run lies on the disk."""
        if self._recorder is None:
            return self._is_from_store
        return not self._recorder.problem

    def start(self) -> bool:
        """Begin training; False for a run that is not queued (any more)."""
        with self._lock:
            if self._state is not RunState.QUEUED:
                return False
            self._state = RunState.RUNNING
        self._thread = threading.Thread(target=self._run, name=f"run {self.run_id}", daemon=True)
        self._thread.start()
        return True

    def pause(self) -> None:
        """Stop advancing after the event at hand."""
        self._send("pause", RunState.RUNNING)

    def resume(self) -> None:
        """Go on after a pause."""
        self._send("resume", RunState.PAUSED)

    def step(self, step: Step) -> None:
        """From a pause, go on to the end of one update or one iteration, then pause again."""
        self._send(step, RunState.PAUSED, RunState.RUNNING)

    def stop(self) -> None:
        """End the run; a queued one never starts, and can be resumed if it has trained before."""
        with self._lock:
            if self._state is RunState.QUEUED:
                self._withdraw()
                return
        self._send("stop", RunState.RUNNING, RunState.PAUSED)
        self._is_stopping = True

    def _withdraw(self) -> None:
        if self._recorder is not None:
            self._recorder.withdraw()
        self._state = RunState.INTERRUPTED if self._has_trained else RunState.WITHDRAWN

    def suspend(self) -> None:
        """Keep a checkpoint and end the thread without a verdict; the run can be resumed."""
        if self._recorder is None:
            self.stop()
            return
        with self._lock:
            if self._state is RunState.QUEUED:
                is_begun = self._has_trained
                self._state = RunState.INTERRUPTED if is_begun else RunState.WAITING
                self._close()
                return
        self._send("suspend", RunState.RUNNING, RunState.PAUSED)

    def change(self, path: str, value: float) -> None:
        """Change a live parameter from the next chunk on.

        Raises
        ------
        SettingsError
            If the parameter is fixed or the value out of its bounds.
        RunError
            If the run has ended.
        """
        check_change(path, value)
        self._send(_Change(path, value), RunState.RUNNING, RunState.PAUSED)
        self._asked[path] = value

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _send(self, command: _Change | Step | str, *allowed: RunState) -> None:
        if self._state not in allowed:
            expected = " or ".join(state.value for state in allowed)
            raise RunError(
                f"This command needs a run that is {expected}. {self.run_id} is "
                f"{self._state.in_a_sentence}. Reload the page to see its present state."
            )
        self._commands.put(command)

    def _run(self) -> None:
        try:
            self._train()
        except DECLabError as error:
            self._fail(str(error), may_pass=isinstance(error, DataUnavailableError))
        except Exception as error:
            logger.exception("run %s failed", self.run_id)
            self._fail(f"Training stopped on an unexpected error: {type(error).__name__}: {error}")
        finally:
            self._close()
            self._discard_refused_branch()
            self._free_frames()
            # The data and the graphs of the run hold each other, 200 MB for 70,000 images.
            gc.collect()
            can_go_on = self._recorder is not None and self._recorder.can_go_on
            can_go_on = can_go_on and not self._has_failed
            ended = RunState.FINISHED if self._view.failed is None else RunState.FAILED
            self._state = RunState.INTERRUPTED if can_go_on else ended
            self._on_end()

    def _train(self) -> None:
        is_first = True
        for event, view, frames, trainer in execute(self.config, self._recorder, self._problem):
            if is_first:
                self._clock, self.frames = trainer.clock, frames
                self.maps.forget(len(view.updates) - isinstance(event, TargetUpdated))
                is_first = False
            self._publish(event, view)
            if not view.is_over:
                self._obey(trainer, event)
            if self._is_suspending:
                return

    def _publish(self, event: Event, view: View) -> None:
        self._view = view
        if isinstance(event, ParameterChanged) and self._asked.get(event.path) == event.new:
            del self._asked[event.path]
        if isinstance(event, TargetUpdated):
            self.maps.update_arrived(event, self.frames)
        if isinstance(event, RunFinished) and view.updates:
            self.maps.run_ended(view.updates[-1], self.frames)

    def _fail(self, sentence: str, *, may_pass: bool = False) -> None:
        """``may_pass``: the same run may well begin another time."""
        has_begun = self._clock is not None
        self._has_failed = has_begun or not (may_pass or self._has_trained)
        event = RunFailed(sentence, traceback.format_exc())
        self._publish(event, fold(self._view, event))
        if self._recorder is not None and self._has_failed:
            self._recorder.write_failure(event, self._view)

    def _discard_refused_branch(self) -> None:
        """A branch that could not begin leaves nothing in the store; its page says why."""
        is_refused = self._has_failed and self._clock is None
        if is_refused and self._recorder is not None and self.lineage is not None:
            with contextlib.suppress(RunError):
                self._recorder.store.delete(self.run_id)

    def _free_frames(self) -> None:
        """From now on the arrays are read from the disk, where all of them are there."""
        if self.is_stored and self._recorder is not None:
            with contextlib.suppress(RunError):
                self.frames = self._recorder.store.frames(self.run_id, self._view)

    def _close(self) -> None:
        if self._recorder is not None:
            self._recorder.close()

    def _obey(self, trainer: Trainer, event: Event) -> None:
        """Carry out what was asked for; while paused, wait for more; nothing outdoes a stop."""
        if trainer.is_stopping:
            return
        if self._step is not None and isinstance(event, _STEP_ENDS[self._step]):
            self._step = None
            self._keep_checkpoint(trainer)
            self._state = RunState.PAUSED
        while not (trainer.is_stopping or self._is_suspending) and (
            not self._commands.empty() or self._state is RunState.PAUSED
        ):
            self._carry_out(self._commands.get(), trainer)
        trainer.pace.limit = 1 if self._step is Step.ITERATION else None

    def _carry_out(self, command: _Change | Step | str, trainer: Trainer) -> None:
        if isinstance(command, _Change):
            trainer.change(command.path, command.value)
            if self._recorder is not None:
                self._recorder.write_requested(trainer)
        elif isinstance(command, Step):
            self._step, self._state = command, RunState.RUNNING
        elif command == "pause":
            self._keep_checkpoint(trainer)
            self._state = RunState.PAUSED
        elif command == "resume":
            self._step, self._state = None, RunState.RUNNING
        elif command == "suspend":
            self._keep_checkpoint(trainer)
            self._is_suspending = True
        else:
            trainer.request_stop()
            self._is_stopping = True
            self._state = RunState.RUNNING

    def _keep_checkpoint(self, trainer: Trainer) -> None:
        if self._recorder is not None:
            self._recorder.write_checkpoint(trainer)
