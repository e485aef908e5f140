"""The numbers of a stored run, kept up with its log."""

from __future__ import annotations

import threading
from pathlib import Path

from dec_core.errors import RunError
from dec_core.events.view import View, fold
from dec_core.store.event_log import NewLines


class ViewReader:
    """Folds the lines of a run's log, each once; several threads may ask for the view."""

    def __init__(self, folder: Path) -> None:
        self._run_id = folder.name
        self._lines = NewLines(folder)
        self._view = View()
        self._error: RunError | None = None
        self._lock = threading.Lock()

    @property
    def is_same(self) -> bool:
        """Whether the log goes on from what was read, and all of that was sound."""
        return self._error is None and self._lines.is_same

    def view(self) -> View:
        """The view after all lines that are there by now. Raises RunError."""
        with self._lock:
            if self._error is not None:
                raise self._error
            try:
                self._read()
            except RunError as error:
                self._error = error
                raise
            return self._view

    def _read(self) -> None:
        before = self._view
        try:
            for event in self._lines.read():
                self._view = fold(self._view, event)
            if self._view is not before:
                self._view.judgement()  # what cannot be judged can be shown nowhere
        except RunError:
            raise
        except Exception as error:
            raise RunError(
                f"{self._run_id} is damaged ({type(error).__name__}: {error}). "
                "Copy the run again or delete it."
            ) from error
