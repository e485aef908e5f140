"""How a stored run came about, from the first run of its line to its own last update."""

from __future__ import annotations

from dataclasses import dataclass

from dec_core.analysis.verdict import StopReason
from dec_core.errors import RunError
from dec_core.events.events import ParameterChanged, RunFinished, TargetUpdated
from dec_core.store.record import RunRecord
from dec_core.store.store import RunStore
from dec_core.training.legs import Change, Leg, Place


def legs_of(store: RunStore, run_id: str) -> tuple[Leg, ...]:
    """What ``training.repeat`` needs to train the run again: its oldest ancestor's leg first.

    Raises
    ------
    RunError
        If the run or an ancestor is unknown or damaged.
    """
    history = _History.read(store, run_id)
    legs, known = [history.leg(history.end)], {run_id}
    while (lineage := history.record.lineage) is not None:
        if lineage.parent in known:
            raise RunError(f"{run_id} descends from itself. Its folder is damaged: copy it again.")
        known.add(lineage.parent)
        end = Place(lineage.iteration, lineage.updates or history.updates_at(lineage.iteration))
        history = _History.read(store, lineage.parent)
        legs.insert(0, history.leg(end))
    return tuple(legs)


@dataclass(frozen=True)
class _History:
    """What happened in one run; ``stopped_at`` is where a person stopped it."""

    record: RunRecord
    changes: tuple[Change, ...]
    updates: tuple[Place, ...]
    stopped_at: Place | None

    @classmethod
    def read(cls, store: RunStore, run_id: str) -> _History:
        place, changes, updates, stopped_at = Place(0, 0), [], [], None
        for event in store.events(run_id):
            match event:
                case TargetUpdated():
                    place = Place(event.iteration, place.updates + 1)
                    updates.append(place)
                case ParameterChanged():
                    at = Place(event.iteration, place.updates)
                    changes.append(Change(at, event.path, event.new))
                case RunFinished(stop_reason=StopReason.STOPPED):
                    stopped_at = place
        return cls(store.record(run_id), tuple(changes), tuple(updates), stopped_at)

    @property
    def end(self) -> Place:
        """After the last update."""
        return self.updates[-1] if self.updates else Place(0, 0)

    def updates_at(self, iteration: int) -> int:
        """Updates up to there, where the record does not say how many."""
        return sum(place.iteration <= iteration for place in self.updates)

    def leg(self, end: Place) -> Leg:
        """The way to ``end``. Raises RunError where the settings are lost."""
        if self.record.config is None:
            raise RunError(f"{self.record.run_id} has no settings. Copy the run again.")
        # Before the first step there is only the update that every run makes.
        is_stopped = end == self.stopped_at and end.iteration > 0
        changes = tuple(change for change in self.changes if change.place < end)
        return Leg(self.record.config, end, changes, is_stopped)
