"""The thread that trains one run and carries out commands."""

from __future__ import annotations

import contextlib
import gc
import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TYPE_CHECKING

from dec_core.analysis.forecast import OF_COLLAPSE
from dec_core.errors import DataUnavailableError, DECLabError, RunError
from dec_core.events.events import (
    CentersInitialized,
    Event,
    ParameterChanged,
    PretrainingEpochEnded,
    RunFinished,
    SignSeen,
    StepsDone,
    TargetUpdated,
)
from dec_core.events.frames import MemoryFrames
from dec_core.events.view import View, fold
from dec_core.runs.commands import (
    Change,
    Command,
    Pause,
    PauseAtCollapse,
    Resume,
    Step,
    StepSize,
    Stop,
    Suspend,
    check_command,
)
from dec_core.runs.execution import execute, failure_of
from dec_core.runs.handle import RunHandle
from dec_core.store.memory_recorder import MemoryRecorder
from dec_core.store.record import RunState
from dec_core.store.recorder import Recorder
from dec_core.training.requests import EndCondition

if TYPE_CHECKING:
    from dec_core.training.trainer import Trainer

logger = logging.getLogger(__name__)

# A step ends with the first of these; before clustering that is an epoch or the k-means start.
_STEP_ENDS: dict[StepSize, tuple[type[Event], ...]] = {
    StepSize.UPDATE: (PretrainingEpochEnded, CentersInitialized, TargetUpdated),
    StepSize.ITERATION: (PretrainingEpochEnded, CentersInitialized, StepsDone),
}


class Worker:
    """Trains the run of ``handle`` on a thread of its own and keeps the handle up to date.

    Commands take effect between two events, that is within about half a second.

    Parameters
    ----------
    handle : the run, queued
    recorder : stores it; from here on the worker gives it back
    on_end : called on the run's thread once it has ended
    ends_when : whether the run ends after an update, by its start and its updates
    """

    def __init__(
        self,
        handle: RunHandle,
        recorder: Recorder | MemoryRecorder,
        on_end: Callable[[], None] = lambda: None,
        ends_when: EndCondition | None = None,
    ) -> None:
        self.handle = handle
        self._recorder = recorder
        self._on_end = on_end
        self._ends_when = ends_when
        handle.is_stored = recorder.is_saving
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._step: StepSize | None = None
        self._is_warned = False
        self._is_suspending = False
        self._has_failed = False
        # A queued run may be withdrawn on one thread while another one starts it.
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> bool:
        """Begin training; False for a run that is not queued (any more)."""
        with self._lock:
            if self.handle.state is not RunState.QUEUED:
                return False
            self.handle.state = RunState.RUNNING
            name = f"run {self.handle.run_id}"
            self._thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._thread.start()
        return True

    def send(self, command: Command) -> None:
        """Ask for ``command``; one that ends a queued run is carried out at once.

        Raises
        ------
        TypeError, SettingsError, RunError
            As ``check_command``.
        """
        if isinstance(command, Suspend) and not self._recorder.is_lasting:
            command = Stop()
        handle = self.handle
        with self._lock:
            check_command(command, handle.run_id, handle.state)
            if handle.state is RunState.QUEUED:
                self._leave_queue(command)
                return
        if isinstance(command, PauseAtCollapse):
            handle.pauses_at_collapse = command.is_on
            return
        self._commands.put(command)
        if isinstance(command, Stop):
            handle.is_stopping = True
        elif isinstance(command, Change):
            handle.asked[command.path] = command.value

    def join(self, timeout: float | None = None) -> None:
        """Wait, at most ``timeout`` seconds, until the thread has ended."""
        # A thread that is about to start cannot be waited for yet.
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(timeout)

    def _leave_queue(self, command: Command) -> None:
        is_stop = isinstance(command, Stop)
        if self._recorder.has_trained:
            self.handle.state = RunState.INTERRUPTED
        else:
            self.handle.state = RunState.WITHDRAWN if is_stop else RunState.WAITING
        if is_stop:
            self._recorder.withdraw()
        else:
            self._recorder.close()

    def _run(self) -> None:
        try:
            self._train()
        except Exception as error:
            self._fail(error)
        finally:
            self._recorder.close()
            self._discard_refused_branch()
            self._free_frames()
            # The data and the graphs of the run hold each other, 200 MB for 70,000 images.
            gc.collect()
            self.handle.state = self._state_at_end()
            self._on_end()

    def _train(self) -> None:
        for event, view, frames, trainer in execute(self._recorder, self._ends_when):
            if self.handle.clock is None:
                self.handle.clock, self.handle.frames = trainer.clock, frames
                self.handle.maps.forget(len(view.updates) - isinstance(event, TargetUpdated))
            self._publish(event, view)
            if not view.is_over:
                self._obey(trainer, event)
            if self._is_suspending:
                return

    def _publish(self, event: Event, view: View) -> None:
        handle = self.handle
        handle.view, handle.is_stored = view, self._recorder.is_saving
        if isinstance(event, ParameterChanged) and handle.asked.get(event.path) == event.new:
            del handle.asked[event.path]
        if isinstance(event, TargetUpdated):
            handle.maps.update_arrived(event, handle.frames)
        if isinstance(event, RunFinished) and view.updates:
            handle.maps.run_ended(view.updates[-1], handle.frames)

    def _obey(self, trainer: Trainer, event: Event) -> None:
        """Carry out what was asked for; while paused, wait for more; nothing outdoes a stop."""
        if trainer.requests.is_stopping:
            return
        self._heed(trainer, event)
        if self._step is not None and isinstance(event, _STEP_ENDS[self._step]):
            self._step = None
            self._pause(trainer)
        while not (trainer.requests.is_stopping or self._is_suspending) and (
            not self._commands.empty() or self.handle.state is RunState.PAUSED
        ):
            self._carry_out(self._commands.get(), trainer)
        trainer.pace.limit = 1 if self._step is StepSize.ITERATION else None

    def _heed(self, trainer: Trainer, event: Event) -> None:
        """Pause after an update with which a collapse begins, if that was asked for."""
        if isinstance(event, SignSeen):
            self._is_warned |= event.sign.kind in OF_COLLAPSE
        elif isinstance(event, TargetUpdated):
            if self._is_warned and self.handle.pauses_at_collapse:
                self._step = None
                self._pause(trainer)
            self._is_warned = False

    def _carry_out(self, command: Command, trainer: Trainer) -> None:
        match command:
            case Change(path, value):
                trainer.requests.change(path, value)
                self._recorder.write_requested(trainer)
            case Step(size):
                self._step, self.handle.state = size, RunState.RUNNING
            case Pause():
                self._pause(trainer)
            case Resume():
                self._step, self.handle.state = None, RunState.RUNNING
            case Suspend():
                self._keep_checkpoint(trainer)
                self._is_suspending = True
            case Stop():
                trainer.requests.stop()
                self.handle.is_stopping = True
                self.handle.state = RunState.RUNNING

    def _pause(self, trainer: Trainer) -> None:
        self._keep_checkpoint(trainer)
        self.handle.state = RunState.PAUSED

    def _keep_checkpoint(self, trainer: Trainer) -> None:
        self._recorder.write_checkpoint(trainer)
        self.handle.is_stored = self._recorder.is_saving

    def _fail(self, error: Exception) -> None:
        """The same run may well begin another time where only its data could not be loaded."""
        event, has_begun = failure_of(error), self.handle.clock is not None
        if not isinstance(error, DECLabError):
            logger.exception("run %s failed", self.handle.run_id)
        may_pass = isinstance(error, DataUnavailableError)
        self._has_failed = has_begun or not (may_pass or self._recorder.has_trained)
        self._publish(event, fold(self.handle.view, event))
        if self._has_failed:
            self._recorder.write_failure(event, self.handle.view)

    def _discard_refused_branch(self) -> None:
        """A branch that could not begin leaves nothing in the store; its page says why."""
        is_refused = self._has_failed and self.handle.clock is None
        if is_refused and self.handle.lineage is not None:
            self._recorder.withdraw()

    def _free_frames(self) -> None:
        """From now on the arrays are read from the disk, where all of them are there."""
        self.handle.is_stored = self._recorder.is_saving
        if self.handle.is_stored:
            with contextlib.suppress(RunError):
                self.handle.frames = self._recorder.stored_frames(self.handle.view)
                self._recorder.frames = MemoryFrames()

    def _state_at_end(self) -> RunState:
        if self._recorder.can_go_on and not self._has_failed:
            return RunState.INTERRUPTED
        return RunState.FINISHED if self.handle.view.failed is None else RunState.FAILED
