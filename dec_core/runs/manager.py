"""All runs of this server process: some train, the others wait their turn."""

from __future__ import annotations

import contextlib
import os
import threading
from functools import partial

from dec_core.config import Config
from dec_core.errors import DECLabError, RunError, SettingsError
from dec_core.processes.jobs import Jobs
from dec_core.processes.projector import Projector
from dec_core.runs.execution import load_trainer, new_recorder
from dec_core.runs.session import RunSession
from dec_core.store.branch import branch
from dec_core.store.names import check_run_id, new_run_id
from dec_core.store.record import RunState
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore

# Ended runs that stay in memory; the oldest go first and are read again when they are wanted.
KEPT_RUNS = 12


class RunManager:
    """Starts, queues and finds runs. Every method may be called from any thread.

    At most ``DEC_MAX_ACTIVE_RUNS`` train at a time, one unless it says otherwise.

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
        self._sessions: dict[str, RunSession] = {}
        self._stamps: dict[str, tuple[int, int]] = {}
        self._max_active = _max_active_runs()
        self._is_warm = False

    def start(self, config: Config, preset: str) -> RunSession:
        """Start a run, or queue it while another one trains."""
        with self._lock:
            recorder, problem = new_recorder(self.store, config, preset)
            run_id = recorder.run_id if recorder else new_run_id()
            return self._enqueue(run_id, config, preset, recorder, problem)

    def resume(self, run_id: str) -> RunSession:
        """Let an interrupted run go on; one that does already is simply found.

        Raises
        ------
        RunError
            If the run is unknown, damaged, over, or trained by another process.
        """
        with self._lock:
            known = self._sessions.get(check_run_id(run_id))
            if known is not None and known.state.is_at_work:
                return known
            recorder = Recorder(self.store, run_id)
            record = recorder.record
            return self._enqueue(run_id, recorder.config, record.preset, recorder)

    def branch(
        self, parent: str, config: Config, preset: str, iteration: int | None = None
    ) -> RunSession:
        """Start a new run at a checkpoint of another one. See ``branch.branch``."""
        run_id = branch(self.store, parent, config, preset, iteration)
        try:
            return self.resume(run_id)
        except DECLabError:
            # A branch that is refused leaves nothing behind.
            with contextlib.suppress(RunError):
                self.store.delete(run_id)
            raise

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

    def get(self, run_id: str) -> RunSession:
        """The run of that id, from memory or from the store.

        Raises
        ------
        RunError
            If the id is malformed or unknown, or the run damaged.
        """
        with self._lock:
            session = self._sessions.get(check_run_id(run_id))
            if session is None or self.has_news(session):
                session = self._open(run_id)
            return session

    def has_news(self, session: RunSession) -> bool:
        """Whether another process trains, or has trained, a run that this one does not."""
        is_at_rest = session.state.can_be_resumed
        if not (is_at_rest or session.state is RunState.ELSEWHERE):
            return False
        try:
            is_trained_elsewhere = self.store.is_locked(session.run_id)
            stamp = self.store.log_stamp(session.run_id)
        except RunError:  # the run is gone
            return True
        if is_trained_elsewhere is not (session.state is RunState.ELSEWHERE):
            return True
        # Why a run could not go on is known to its session alone.
        return session.view.failed is None and stamp != self._stamps.get(session.run_id)

    def in_memory(self, run_id: str) -> RunSession | None:
        """The run as this process knows it, unless the store knows it better."""
        session = self._sessions.get(run_id)
        if session is None or session.state is RunState.ELSEWHERE or self.has_news(session):
            return None
        return session

    def delete(self, run_id: str) -> None:
        """Remove a run from disk and memory. Raises RunError while it trains."""
        with self._lock:
            self.store.delete(run_id)
            self._sessions.pop(run_id, None)

    def move_up(self, session: RunSession) -> None:
        """Let a queued run go before the queued one that it follows."""
        with self._lock:
            if not self.can_move_up(session):
                return
            queued = self._queued()
            before = queued[queued.index(session.run_id) - 1]
            order = list(self._sessions)
            order.remove(session.run_id)
            order.insert(order.index(before), session.run_id)
            self._sessions = {run_id: self._sessions[run_id] for run_id in order}

    def can_move_up(self, session: RunSession) -> bool:
        """Whether a queued run follows another queued one."""
        return session.run_id in self._queued()[1:]

    def sessions(self) -> tuple[RunSession, ...]:
        """All runs, oldest first."""
        with self._lock:
            return tuple(self._sessions.values())

    def active(self) -> RunSession | None:
        """The run that trains or is paused."""
        return next((s for s in self.sessions() if s.state.is_active), None)

    def runs_ahead(self, session: RunSession) -> int:
        """How many runs a queued one waits for."""
        waiting = [s for s in self.sessions() if s.state.is_at_work]
        return waiting.index(session) if session in waiting else 0

    def warm_up(self) -> None:
        """Load TensorFlow and start the UMAP process in the background, once."""
        with self._lock:
            if self._is_warm:
                return
            self._is_warm = True
        threading.Thread(target=self._load_heavy_modules, name="warm-up", daemon=True).start()

    def close(self) -> None:
        """Interrupt every run at a checkpoint, end the UMAP process and all jobs."""
        for session in reversed(self.sessions()):
            # One that ends by itself meanwhile needs no command.
            with contextlib.suppress(RunError):
                session.suspend()
        for session in self.sessions():
            session.join(timeout=20)
        self.projector.close()
        self.jobs.close()

    def _queued(self) -> list[str]:
        return [s.run_id for s in self.sessions() if s.state is RunState.QUEUED]

    def _load_heavy_modules(self) -> None:
        load_trainer()
        self.projector.warm_up()

    def _enqueue(
        self,
        run_id: str,
        config: Config,
        preset: str,
        recorder: Recorder | None,
        problem: str = "",
    ) -> RunSession:
        session = RunSession(
            run_id,
            config,
            preset,
            self.projector,
            partial(self._ended, run_id),
            recorder=recorder,
            problem=problem,
        )
        if recorder is not None:
            view = recorder.stored_view()
            session.show_stored(view, self.store.frames(run_id, view))
            self._attach_maps(session)
        self._sessions.pop(run_id, None)
        self._sessions[run_id] = session
        self._forget_oldest()
        self._start_next()
        return session

    def _open(self, run_id: str) -> RunSession:
        record = self.store.record(run_id)
        self._stamps[run_id] = self.store.log_stamp(run_id)
        view, config = self.store.view(run_id), record.config or Config()
        frames = self.store.frames(run_id, view)
        session = RunSession.stored(record, config, view, frames, self.projector)
        self._attach_maps(session)
        self._sessions[run_id] = session
        self._forget_oldest()
        return session

    def _attach_maps(self, session: RunSession) -> None:
        session.maps.frames = self.store.maps(session.run_id, session.view)
        session.maps.keep = partial(self.store.write_map, session.run_id)
        session.maps.drop = partial(self.store.remove_map, session.run_id)

    def _ended(self, run_id: str) -> None:
        with self._lock:
            with contextlib.suppress(RunError):
                self._stamps[run_id] = self.store.log_stamp(run_id)
            self._start_next()

    def _start_next(self) -> None:
        free = self._max_active - sum(s.state.is_active for s in self._sessions.values())
        for session in list(self._sessions.values()):
            if free <= 0:
                return
            free -= session.start()

    def _forget_oldest(self) -> None:
        # One that could not be saved is nowhere else.
        at_rest = [s for s in self._sessions.values() if not s.state.is_at_work and s.is_stored]
        for session in at_rest[: max(0, len(self._sessions) - KEPT_RUNS)]:
            del self._sessions[session.run_id]


def _max_active_runs() -> int:
    text = os.environ.get("DEC_MAX_ACTIVE_RUNS", "1")
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(
            f"DEC_MAX_ACTIVE_RUNS must be a whole number from 1. Received {text!r}. "
            "Correct or unset it."
        )
    return int(text)
