"""Events as lines of JSON; arrays are in files beside.

One line per event, in order. Progress within an update or an epoch is not written: nothing that
a person looks at afterwards depends on it. In the file the iteration of a ``TargetUpdated`` counts
from 1, as it always has, so that a log that a former version began can be gone on with.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

import numpy as np
from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from dec_core.config import Config
from dec_core.events.events import (
    CentersInitialized,
    ClustersDissolved,
    EncoderReset,
    Event,
    ParameterChanged,
    PretrainingEpochEnded,
    PretrainingReused,
    RunFailed,
    RunFinished,
    RunStarted,
    SamplesChosen,
    SignSeen,
    TargetUpdated,
    WarningRaised,
)
from dec_core.store.former_versions import migrate_event
from dec_core.store.printable import printable_json, printable_lines

STORED: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        RunStarted,
        PretrainingReused,
        PretrainingEpochEnded,
        CentersInitialized,
        TargetUpdated,
        ParameterChanged,
        WarningRaised,
        SignSeen,
        EncoderReset,
        ClustersDissolved,
        RunFinished,
        RunFailed,
    )
}


def encode(event: Event) -> str:
    """One line without its end. Numbers that JSON does not know become words, as in "NaN"."""
    values = {
        name: printable_lines(value) if isinstance(value, str) else value
        for name, value in vars(event).items()
    }
    if isinstance(event, TargetUpdated):
        values["iteration"] = event.iteration + 1
    line = {"event": type(event).__name__, **values}
    return to_json(line, inf_nan_mode="strings", fallback=np.generic.item).decode()


def decode(line: str, samples: Callable[[], SamplesChosen]) -> Event:
    """The event of a line; ``samples`` gives what former versions did not write in the first.

    Raises
    ------
    SettingsError
        If the settings of a run are none.
    Exception
        Of whatever kind, if the line is none that ``encode`` wrote.
    """
    is_plain = line.isascii() and "\\u" not in line
    values = from_json(line) if is_plain else printable_json(json.loads(line))
    name = values.pop("event")
    kind = STORED[name]
    migrate_event(kind, values, samples)
    if kind is TargetUpdated:
        values["iteration"] -= 1
    elif kind is RunStarted:
        values["config"] = Config.from_dict(values["config"])
    return _checker(name).validate_python(values)


@cache
def _checker(name: str) -> TypeAdapter[Event]:
    return TypeAdapter(STORED[name])
