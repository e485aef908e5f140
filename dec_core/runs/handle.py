"""What a run is and what it shows, whoever trains it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dec_core.config import LIVE_PARAMETERS, Config
from dec_core.events.frames import Frames, MemoryFrames
from dec_core.events.view import View
from dec_core.runs.maps import Maps
from dec_core.store.record import Lineage, RunRecord, RunState

if TYPE_CHECKING:
    from dec_core.processes.projector import Projector
    from dec_core.training.clock import ActiveTime


class RunHandle:
    """One run as any thread may read it.

    ``view`` is immutable and replaced after every event. Of a run that this process trains, the
    worker alone sets the attributes; the handle of any other one stays as its folder was read.

    Attributes
    ----------
    view, frames : its numbers and its arrays
    state : where it is in its life
    lineage : where it began, if it is a branch
    is_stored : whether all that is known of the run lies on the disk
    is_stopping : whether stop was asked for; it stays so once the run has ended
    pauses_at_collapse : whether it pauses by itself once a collapse begins
    asked : live parameters that were asked for and have not taken effect yet
    clock : the active time of a run that trains

    Parameters
    ----------
    run_id : the run's name
    config : its settings
    preset : the preset that they started from
    projector : makes the UMAP maps
    """

    def __init__(self, run_id: str, config: Config, preset: str, projector: Projector) -> None:
        self.run_id = run_id
        self.config = config
        self.preset = preset
        self.maps = Maps(run_id, projector, config.seed)
        self.lineage: Lineage | None = None
        self.view = View()
        self.frames: Frames = MemoryFrames()
        self.state = RunState.QUEUED
        self.is_stored = False
        self.is_stopping = False
        self.pauses_at_collapse = False
        self.asked: dict[str, float] = {}
        self.clock: ActiveTime | None = None

    @classmethod
    def stored(
        cls, record: RunRecord, view: View, frames: Frames, projector: Projector
    ) -> RunHandle:
        """A run that this process does not train, as its folder shows it."""
        handle = cls(record.run_id, record.config or Config(), record.preset, projector)
        handle.lineage, handle.view, handle.frames = record.lineage, view, frames
        handle.is_stored = True
        handle.state = RunState.ELSEWHERE if record.state.is_at_work else record.state
        return handle

    @property
    def elapsed_seconds(self) -> float:
        """Active seconds of training until now, also where no event has told of them yet."""
        clock = self.clock
        return self.view.elapsed_seconds if clock is None else clock.training_seconds

    @property
    def live_values(self) -> dict[str, float]:
        """Every live parameter as it was last asked for, whether or not it has taken effect yet."""
        view, asked = self.view, dict(self.asked)
        config = self.config if view.started is None else view.config
        return {path: asked.get(path, config.get(path)) for path in LIVE_PARAMETERS}
