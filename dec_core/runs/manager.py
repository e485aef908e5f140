"""All runs of this server process: some train, the others wait their turn."""

from __future__ import annotations

import contextlib
import os
import threading
from functools import partial

from dec_core.config import Config
from dec_core.errors import RunError, SettingsError
from dec_core.processes.jobs import Jobs
from dec_core.processes.projector import Projector
from dec_core.runs.commands import Command, Suspend, check_command
from dec_core.runs.execution import load_trainer, new_recorder
from dec_core.runs.handle import RunHandle
from dec_core.runs.listing import ListedRun, list_runs
from dec_core.runs.worker import Worker
from dec_core.store.branch import branched
from dec_core.store.memory_recorder import MemoryRecorder
from dec_core.store.names import check_run_id
from dec_core.store.record import RunState
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from dec_core.training.requests import EndCondition

# Ended runs that stay in memory; the oldest go first and are read again when they are wanted.
KEPT_RUNS = 12


class RunManager:
    """Starts, queues and finds runs. Every method may be called from any thread.

    At most ``DEC_MAX_ACTIVE_RUNS`` train at a time, one unless it says otherwise. With
    ``DEC_EARLY_UMAP=0`` the UMAP process starts only when its first map is asked for, which then
    takes seconds longer.

    Raises
    ------
    SettingsError
        If ``DEC_MAX_ACTIVE_RUNS`` is no whole number from 1.
    """

    def __init__(self, store: RunStore | None = None) -> None:
        self.store = store or RunStore()
        self.projector = Projector()
        self.jobs = Jobs()
        self._lock = threading.RLock()
        self._handles: dict[str, RunHandle] = {}
        self._workers: dict[str, Worker] = {}
        self._stamps: dict[str, tuple[int, int]] = {}
        self._max_active = _max_active_runs()
        self._is_warm = False

    def start(
        self, config: Config, preset: str, ends_when: EndCondition | None = None
    ) -> RunHandle:
        """Start a run, or queue it while another one trains.

        Parameters
        ----------
        ends_when : ends the run after an update, by its start and its updates
        """
        with self._lock:
            recorder = new_recorder(self.store, config, preset)
            handle = RunHandle(recorder.run_id, config, preset, self.projector)
            return self._enqueue(handle, recorder, ends_when)

    def resume(self, run_id: str, ends_when: EndCondition | None = None) -> RunHandle:
        """Let an interrupted run go on; one that does already is simply found.

        Raises
        ------
        RunError
            If the run is unknown, damaged, over, or trained by another process.
        """
        with self._lock:
            known = self._handles.get(check_run_id(run_id))
            if known is not None and known.state.is_at_work:
                return known
            recorder = Recorder(self.store, run_id)
            handle = RunHandle(run_id, recorder.config, recorder.record.preset, self.projector)
            handle.lineage, handle.view = recorder.record.lineage, recorder.stored_view()
            handle.frames = recorder.stored_frames(handle.view)
            handle.maps.frames = self.store.maps(run_id, handle.view)
            return self._enqueue(handle, recorder, ends_when)

    def branch(
        self,
        parent: str,
        config: Config,
        preset: str,
        iteration: int | None = None,
        ends_when: EndCondition | None = None,
    ) -> RunHandle:
        """Start a new run at a checkpoint of another one. See ``branch.branched``."""
        with branched(self.store, parent, config, preset, iteration) as run_id:
            return self.resume(run_id, ends_when)

    def send(self, handle: RunHandle, command: Command) -> None:
        """Give a command to the thread that trains the run.

        Raises
        ------
        TypeError, SettingsError, RunError
            As ``check_command``; a run that this process does not train obeys none.
        """
        check_command(command, handle.run_id, handle.state)
        self._workers[handle.run_id].send(command)

    def join(self, handle: RunHandle, timeout: float | None = None) -> None:
        """Wait, at most ``timeout`` seconds, until the run's thread has ended."""
        worker = self._workers.get(handle.run_id)
        if worker is not None:
            worker.join(timeout)

    def waiting(self) -> tuple[str, ...]:
        """Stored runs that never began, because the process that had queued them ended; oldest
        first. Raises RunError where the store cannot be listed."""
        records = [record for record in self.store.records() if record.state is RunState.WAITING]
        return tuple(record.run_id for record in reversed(records))

    def start_waiting(self) -> None:
        """Queue all of ``waiting`` again, in their order.

        Raises
        ------
        RunError
            If one of them cannot be queued; the others are.
        """
        problems = []
        for run_id in self.waiting():
            try:
                self.resume(run_id)
            except RunError as error:
                problems.append(str(error))
        if problems:
            raise RunError(" ".join(problems))

    def get(self, run_id: str) -> RunHandle:
        """The run of that id, from memory or from the store.

        Raises
        ------
        RunError
            If the id is malformed or unknown, or the run damaged.
        """
        with self._lock:
            handle = self._handles.get(check_run_id(run_id))
            if handle is None or self.has_news(handle):
                handle = self._open(run_id)
            return handle

    def has_news(self, handle: RunHandle) -> bool:
        """Whether another process trains, or has trained, a run that this one does not."""
        is_at_rest = handle.state.can_be_resumed
        if not (is_at_rest or handle.state is RunState.ELSEWHERE):
            return False
        try:
            is_trained_elsewhere = self.store.is_locked(handle.run_id)
            stamp = self.store.log_stamp(handle.run_id)
        except RunError:  # the run is gone
            return True
        if is_trained_elsewhere is not (handle.state is RunState.ELSEWHERE):
            return True
        # Why a run could not go on is known to its handle alone.
        return handle.view.failed is None and stamp != self._stamps.get(handle.run_id)

    def in_memory(self, run_id: str) -> RunHandle | None:
        """The run as this process knows it, unless the store knows it better."""
        handle = self._handles.get(run_id)
        return handle if handle is not None and self._is_newest(handle) else None

    def _is_newest(self, handle: RunHandle) -> bool:
        return handle.state is not RunState.ELSEWHERE and not self.has_news(handle)

    def list_runs(self) -> tuple[ListedRun, ...]:
        """Every run, newest first. See ``listing.list_runs``."""
        handles = {handle.run_id: handle for handle in self.handles() if self._is_newest(handle)}
        return list_runs(self.store, handles)

    def delete(self, run_id: str) -> None:
        """Remove a run from disk and memory. Raises RunError while it trains."""
        with self._lock:
            self.store.delete(run_id)
            self._forget(run_id)

    def move_up(self, handle: RunHandle) -> None:
        """Let a queued run go before the queued one that it follows."""
        with self._lock:
            if not self.can_move_up(handle):
                return
            queued = self._queued()
            before = queued[queued.index(handle.run_id) - 1]
            order = list(self._handles)
            order.remove(handle.run_id)
            order.insert(order.index(before), handle.run_id)
            self._handles = {run_id: self._handles[run_id] for run_id in order}

    def can_move_up(self, handle: RunHandle) -> bool:
        """Whether a queued run follows another queued one."""
        return handle.run_id in self._queued()[1:]

    def handles(self) -> tuple[RunHandle, ...]:
        """All runs, oldest first."""
        with self._lock:
            return tuple(self._handles.values())

    @property
    def is_busy(self) -> bool:
        """Whether a run that is started now would wait for its turn."""
        return sum(handle.state.is_active for handle in self.handles()) >= self._max_active

    def runs_ahead(self, handle: RunHandle) -> tuple[str, ...]:
        """The runs that a queued one waits for, the next one to train last."""
        waiting = [h.run_id for h in self.handles() if h.state.is_at_work]
        is_waiting = handle.run_id in waiting
        return tuple(waiting[: waiting.index(handle.run_id)]) if is_waiting else ()

    def warm_up(self) -> None:
        """Load TensorFlow and start the UMAP process in the background, once."""
        with self._lock:
            if self._is_warm:
                return
            self._is_warm = True
        threading.Thread(target=self._load_heavy_modules, name="warm-up", daemon=True).start()

    def close(self) -> None:
        """Interrupt every run at a checkpoint, end the UMAP process and all jobs."""
        with self._lock:
            workers = [self._workers[one] for one in self._handles if one in self._workers]
        for worker in reversed(workers):
            # One that ends by itself meanwhile needs no command.
            with contextlib.suppress(RunError):
                worker.send(Suspend())
        for worker in workers:
            worker.join(timeout=20)
        self.projector.close()
        self.jobs.close()

    def _queued(self) -> list[str]:
        return [h.run_id for h in self.handles() if h.state is RunState.QUEUED]

    def _load_heavy_modules(self) -> None:
        load_trainer()
        if os.environ.get("DEC_EARLY_UMAP") != "0":
            self.projector.warm_up()

    def _enqueue(
        self,
        handle: RunHandle,
        recorder: Recorder | MemoryRecorder,
        ends_when: EndCondition | None,
    ) -> RunHandle:
        run_id = handle.run_id
        self._forget(run_id)
        self._workers[run_id] = Worker(handle, recorder, partial(self._ended, run_id), ends_when)
        self._remember(handle)
        self._start_next()
        return handle

    def _open(self, run_id: str) -> RunHandle:
        record = self.store.record(run_id)
        self._stamps[run_id] = self.store.log_stamp(run_id)
        view = self.store.view(run_id)
        frames = self.store.frames(run_id, view)
        handle = RunHandle.stored(record, view, frames, self.projector)
        handle.maps.frames = self.store.maps(run_id, view)
        self._workers.pop(run_id, None)
        self._remember(handle)
        return handle

    def _remember(self, handle: RunHandle) -> None:
        handle.maps.keep = partial(self.store.write_map, handle.run_id)
        handle.maps.drop = partial(self.store.remove_map, handle.run_id)
        self._handles[handle.run_id] = handle
        # One that could not be saved is nowhere else.
        at_rest = [h for h in self._handles.values() if h.is_stored and not h.state.is_at_work]
        for oldest in at_rest[: max(0, len(self._handles) - KEPT_RUNS)]:
            self._forget(oldest.run_id)

    def _forget(self, run_id: str) -> None:
        self._handles.pop(run_id, None)
        self._workers.pop(run_id, None)

    def _ended(self, run_id: str) -> None:
        with self._lock:
            with contextlib.suppress(RunError):
                self._stamps[run_id] = self.store.log_stamp(run_id)
            self._start_next()

    def _start_next(self) -> None:
        free = self._max_active - sum(h.state.is_active for h in self._handles.values())
        for run_id in list(self._handles):
            if free <= 0:
                return
            worker = self._workers.get(run_id)
            free -= worker is not None and worker.start()


def _max_active_runs() -> int:
    text = os.environ.get("DEC_MAX_ACTIVE_RUNS", "1")
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(
            f"DEC_MAX_ACTIVE_RUNS must be a whole number from 1. Received {text!r}. "
            "Correct or unset it."
        )
    return int(text)
