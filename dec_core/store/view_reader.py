"""The numbers of a stored run, kept up with its log."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from dec_core.data.ordinary_files import open_ordinary
from dec_core.errors import RunError
from dec_core.events.view import View, fold
from dec_core.store.event_log import LineReader


class ViewReader:
    """Folds the lines of a run's log, each once; several threads may ask for the view.

    A run that goes on from a checkpoint first cuts its log, so ``is_same`` tells whether the log
    is still the one that was read: by its file, as far as numbers of files are not used again, and
    by the last line that was read.
    """

    def __init__(self, folder: Path) -> None:
        self._run_id = folder.name
        self._path = folder / "events.jsonl"
        self._reader = LineReader(self._path, folder / "arrays")
        self._place = 0
        self._last = b""
        self._file: int | None = None
        self._view = View()
        self._error: RunError | None = None
        self._lock = threading.Lock()

    @property
    def is_same(self) -> bool:
        """Whether the log goes on from what was read, and all of that was sound."""
        if self._error is not None or self._file is None:
            return self._error is None
        try:
            with open_ordinary(self._path) as stream:
                stream.seek(self._place - len(self._last))
                is_there = stream.read(len(self._last)) == self._last
                return is_there and os.fstat(stream.fileno()).st_ino == self._file
        except OSError:
            return False

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
            for line in self._new_lines():
                self._view = fold(self._view, self._reader.event(line))
                self._place += len(line)
                self._last = line
            if self._view is not before:
                _ = self._view.judgement  # what cannot be judged can be shown nowhere
        except RunError:
            raise
        except Exception as error:
            raise RunError(
                f"{self._run_id} is damaged ({type(error).__name__}: {error}). "
                "Copy the run again or delete it."
            ) from error

    def _new_lines(self) -> list[bytes]:
        """The whole lines behind those that were read."""
        try:
            with open_ordinary(self._path) as stream:
                self._file = os.fstat(stream.fileno()).st_ino
                stream.seek(self._place)
                content = stream.read()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RunError(f"{self._path.name} cannot be read ({error}).") from error
        return content[: content.rfind(b"\n") + 1].splitlines(keepends=True)
