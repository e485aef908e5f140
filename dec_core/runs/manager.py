"""All runs of this server process: one trains, the others wait their turn."""

from __future__ import annotations

import contextlib
import gc
import importlib
import threading

from dec_core.config import Config
from dec_core.errors import RunError
from dec_core.runs.names import check_run_id, new_run_id
from dec_core.runs.projector import Projector
from dec_core.runs.session import RunSession, SessionState

# Ended runs that stay in memory; the oldest go first.
KEPT_RUNS = 12


class RunManager:
    """Starts, queues and finds runs. Every method may be called from any thread."""

    def __init__(self) -> None:
        self.projector = Projector()
        self._lock = threading.RLock()
        self._sessions: dict[str, RunSession] = {}
        self._is_warm = False

    def start(self, config: Config, preset: str) -> RunSession:
        """Start a run, or queue it while another one trains."""
        with self._lock:
            run_id = new_run_id()
            while run_id in self._sessions:
                run_id = new_run_id()
            session = RunSession(run_id, config, preset, self.projector, self._ended)
            self._sessions[run_id] = session
            self._forget_oldest()
            self._start_next()
            return session

    def get(self, run_id: str) -> RunSession:
        """The run of that id.

        Raises
        ------
        RunError
            If the id is malformed, or this server does not know the run (any more).
        """
        session = self._sessions.get(check_run_id(run_id))
        if session is None:
            raise RunError(
                f"This server knows no run {run_id}. Runs live as long as the server, the last "
                f"{KEPT_RUNS} of them. Start a new one with the settings of this link."
            )
        return session

    def sessions(self) -> tuple[RunSession, ...]:
        """All runs, oldest first."""
        with self._lock:
            return tuple(self._sessions.values())

    def active(self) -> RunSession | None:
        """The run that trains or is paused."""
        states = (SessionState.RUNNING, SessionState.PAUSED)
        return next((s for s in self.sessions() if s.state in states), None)

    def runs_ahead(self, session: RunSession) -> int:
        """How many runs a queued one waits for."""
        waiting = [s for s in self.sessions() if s.state is not SessionState.ENDED]
        return waiting.index(session) if session in waiting else 0

    def warm_up(self) -> None:
        """Load TensorFlow and start the UMAP process in the background, once."""
        with self._lock:
            if self._is_warm:
                return
            self._is_warm = True
        threading.Thread(target=self._load_heavy_modules, name="warm-up", daemon=True).start()

    def close(self) -> None:
        """Stop every run and the UMAP process."""
        for session in reversed(self.sessions()):
            # One that ends by itself meanwhile needs no command.
            with contextlib.suppress(RunError):
                session.stop()
        for session in self.sessions():
            session.join(timeout=2)
        self.projector.close()

    def _load_heavy_modules(self) -> None:
        importlib.import_module("dec_core.training.trainer")
        # TensorFlow's objects live as long as the process; the collector need not visit them.
        gc.freeze()
        self.projector.warm_up()

    def _ended(self) -> None:
        with self._lock:
            self._start_next()

    def _start_next(self) -> None:
        if self.active() is not None:
            return
        for session in self._sessions.values():
            if session.start():
                return

    def _forget_oldest(self) -> None:
        ended = [s for s in self._sessions.values() if s.state is SessionState.ENDED]
        for session in ended[: max(0, len(self._sessions) - KEPT_RUNS)]:
            del self._sessions[session.run_id]
