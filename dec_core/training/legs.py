"""The way that a run took, as short as it can be told and repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from dec_core.config import Config


class Place(NamedTuple):
    """Between two events of clustering: gradient steps done and target updates made."""

    iteration: int
    updates: int


class Change(NamedTuple):
    """A live parameter that was changed there."""

    place: Place
    path: str
    value: float


@dataclass(frozen=True)
class Leg:
    """A stretch of training under one config.

    Attributes
    ----------
    config : the settings at its beginning
    end : where the next leg branches off, or the last update of the whole
    changes : in their order
    is_stopped : a person stopped it, so that its last update came before the interval was over
    """

    config: Config
    end: Place
    changes: tuple[Change, ...] = ()
    is_stopped: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain values, which ``from_dict`` reads."""
        return {
            "config": self.config.to_dict(),
            "end": tuple(self.end),
            "changes": [(tuple(place), path, value) for place, path, value in self.changes],
            "is_stopped": self.is_stopped,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Leg:
        """The leg. Raises SettingsError where a setting is out of its bounds."""
        return cls(
            Config.from_dict(values["config"]),
            Place(*values["end"]),
            tuple(Change(Place(*place), path, value) for place, path, value in values["changes"]),
            values["is_stopped"],
        )
