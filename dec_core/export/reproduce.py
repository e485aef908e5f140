"""How a run is made again: as a command line, as a script, and what neither can repeat."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dec_core.analysis.verdict import StopReason
from dec_core.config import DEFAULT_PRESET, PRESETS, SETTINGS, Config
from dec_core.events.view import View
from dec_core.store.record import RunRecord

_PROGRAM = "python -m dec_core"
_SHORTHANDS = {
    "data.name": "--dataset",
    "data.file": "--data",
    "data.label": "--label",
    "data.id": "--id",
    "seed": "--seed",
}


@dataclass(frozen=True)
class Reproduction:
    """``command`` makes the run again as far as ``notes`` allow."""

    command: str
    notes: tuple[str, ...]

    def text(self) -> str:
        """Notes as comments, then the command."""
        lines = [line for note in self.notes for line in note.splitlines()]
        return "\n".join([*(f"# {line}" for line in lines), self.command]) + "\n"


def command_line(config: Config, preset: str = DEFAULT_PRESET) -> str:
    """The command that trains with these settings; it names only what differs from the preset.

    ``preset`` may be unknown, then the differences are those from the default one.
    """
    name = preset if preset in PRESETS else DEFAULT_PRESET
    return f"{_PROGRAM} train --preset {name}{_options(config.differences(PRESETS[name].config))}"


def reproduction(record: RunRecord, view: View) -> Reproduction:
    """What must be typed to get this run's labels again, and what that cannot repeat."""
    started = view.started.config if view.started is not None else record.config or Config()
    config, notes = _ended_as(view, started)
    notes = [*_live_changes(view), *_earlier_run(config), *notes, *_conditions(record)]
    lineage = record.lineage
    if lineage is None:
        return Reproduction(command_line(config, record.preset), tuple(notes))
    changes = {path: new for path, (_, new) in lineage.changes.items()}
    if config.clustering.max_iterations != started.clustering.max_iterations:
        changes["clustering.max_iterations"] = config.clustering.max_iterations
    options = "".join(_assignment(path, value) for path, value in changes.items())
    command = f"{_PROGRAM} runs branch {lineage.parent} --at {lineage.iteration}{options}"
    about = (
        f"The run branched from {lineage.parent}, which must be in the store of runs with its "
        "checkpoint. reproduce.py repeats the whole line without it."
    )
    return Reproduction(command, (about, *notes))


def _ended_as(view: View, config: Config) -> tuple[Config, list[str]]:
    """A run that a person stopped ends at the same iteration by its maximum."""
    finished = view.finished
    if finished is not None and finished.stop_reason is not StopReason.STOPPED:
        return config, []
    if not view.iteration:
        return config, ["The run ended before its first gradient step; the command goes on."]
    stopped = config.with_values({"clustering.max_iterations": view.iteration})
    return stopped, [
        f"The run ended at iteration {view.iteration:,} before it was done, so this is its maximum."
    ]


def _live_changes(view: View) -> list[str]:
    if not view.changes:
        return []
    changes = ", ".join(
        f"{change.path} {change.old:g} to {change.new:g} after iteration {change.iteration:,}"
        for change in view.changes
    )
    return [
        f"Settings were changed while the run trained: {changes}. No command repeats that, only "
        "reproduce.py does; this one trains with the settings of the beginning, so its labels may "
        "differ."
    ]


def _earlier_run(config: Config) -> list[str]:
    source = config.pretraining.earlier_run
    if source is None:
        return []
    return [
        f"The run took the pretrained autoencoder of {source}, which must be in the store of "
        "runs. reproduce.py takes it from this run instead."
    ]


def _conditions(record: RunRecord) -> list[str]:
    if not record.versions:
        return []
    named = ", ".join(f"{name} {value}" for name, value in record.versions.items())
    return [f"The labels repeat bit for bit under the conditions of this run: {named}."]


def _options(values: Mapping[str, Any]) -> str:
    if "data.file" in values:
        values = {path: value for path, value in values.items() if path != "data.name"}
    named = [path for path in _SHORTHANDS if path in values]
    parts = [f" {_SHORTHANDS[path]} {_quoted(path, values[path])}" for path in named]
    parts += [_assignment(path, v) for path, v in values.items() if path not in _SHORTHANDS]
    return "".join(parts)


def _assignment(path: str, value: Any) -> str:
    return f" --set {shlex.quote(f'{path}={SETTINGS[path].format(value)}')}"


def _quoted(path: str, value: Any) -> str:
    return shlex.quote(SETTINGS[path].format(value))
