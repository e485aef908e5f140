"""The recorder of a run that cannot be saved: it is kept in memory, nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dec_core.config import Config
from dec_core.events.events import ArrayEvent, Event, RunFailed
from dec_core.events.frames import Frames, MemoryFrames
from dec_core.events.view import View
from dec_core.store.earlier_autoencoder import take_pretrained
from dec_core.store.names import new_run_id

if TYPE_CHECKING:
    from dec_core.data import Dataset
    from dec_core.store.store import RunStore
    from dec_core.training.checkpoint import Pretrained
    from dec_core.training.trainer import Trainer


class MemoryRecorder:
    """Stands where a ``Recorder`` stands.

    Parameters
    ----------
    problem : why nothing is saved
    store : where the run may find the autoencoder of an earlier one
    """

    is_lasting = False
    is_saving = False
    has_trained = False
    can_go_on = False
    notice = ""
    resumption = None

    def __init__(self, config: Config, problem: str = "", store: RunStore | None = None) -> None:
        self.run_id = new_run_id()
        self.config = config
        self.problem = problem
        self.view = View()
        self.frames = MemoryFrames()
        self._store = store
        self._n_features = 0

    def begin(self, dataset: Dataset) -> None:
        """The data are loaded; there is no place to go on from."""
        self._n_features = dataset.n_features

    def pretrained(self) -> Pretrained | None:
        """That of the run which the settings name; no other is kept. Raises SettingsError."""
        if self._store is None or self.config.pretraining.earlier_run is None:
            return None
        return take_pretrained(self._store, self.config, self._n_features)

    def stored_frames(self, view: View) -> Frames:  # noqa: ARG002
        """The arrays, which are in memory."""
        return self.frames

    def request_again(self, trainer: Trainer) -> None:
        """No live changes have waited."""

    def write(self, event: Event, view: View, trainer: Trainer) -> None:  # noqa: ARG002
        """Keep the run's numbers."""
        self.view = view

    def write_arrays(self, event: ArrayEvent) -> None:
        """Keep arrays."""
        self.frames.take(event)

    def write_checkpoint(self, trainer: Trainer) -> None:
        """Checkpoints are kept on disk only."""

    def write_requested(self, trainer: Trainer) -> None:
        """Live changes that wait are kept on disk only."""

    def write_failure(self, event: RunFailed, view: View) -> None:  # noqa: ARG002
        """Keep the numbers of a run that failed."""
        self.view = view

    def withdraw(self) -> None:
        """There is nothing to remove."""

    def close(self) -> None:
        """There is nothing to give back."""
