"""How a run is made again: as a command line, as a script, and what neither can repeat."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dec_core.analysis.verdict import StopReason
from dec_core.config import SETTINGS, Config
from dec_core.presets import DEFAULT_PRESET, PRESETS
from dec_core.runs.record import RunRecord
from dec_core.training.view import View

_PROGRAM = "python -m dec_core"
_SHORTHANDS = {"data.name": "--dataset", "seed": "--seed"}


@dataclass(frozen=True)
class Reproduction:
    """``commands``, one after the other, make the run again as far as ``notes`` allow.

    ``config`` are the settings that the last command trains with.
    """

    commands: tuple[str, ...]
    notes: tuple[str, ...]
    config: Config

    def text(self) -> str:
        """Notes as comments, then the commands."""
        return "\n".join([*(f"# {note}" for note in self.notes), *self.commands]) + "\n"


def command_line(config: Config, preset: str = DEFAULT_PRESET) -> str:
    """The command that trains with these settings; it names only what differs from the preset.

    ``preset`` may be unknown, then the differences are those from the default one.
    """
    name = preset if preset in PRESETS else DEFAULT_PRESET
    return f"{_PROGRAM} train --preset {name}{_options(config.differences(PRESETS[name].config))}"


def branch_command(record: RunRecord) -> str:
    """The command that branches from the run's parent. Empty for a run without one."""
    lineage = record.lineage
    if lineage is None:
        return ""
    changes = {path: new for path, (_, new) in lineage.changes.items()}
    options = "".join(_assignment(path, value) for path, value in changes.items())
    return f"{_PROGRAM} runs branch {lineage.parent} --at {lineage.iteration}{options}"


def reproduction(record: RunRecord, view: View, parent: RunRecord | None = None) -> Reproduction:
    """Everything that must be typed to get this run's labels again.

    Parameters
    ----------
    parent : the run that this one branched from, where it is still known
    """
    started = view.started.config if view.started is not None else record.config
    config, notes = _ended_as(view, started or Config())
    notes = [*_live_changes(view), *notes]
    if record.lineage is None:
        return Reproduction((command_line(config, record.preset),), tuple(notes), config)
    notes.insert(0, _about_branch(record.lineage.parent, parent))
    commands = [branch_command(record)]
    if config.clustering.max_iterations != (started or config).clustering.max_iterations:
        commands[0] += _assignment("clustering.max_iterations", config.clustering.max_iterations)
    if parent is not None and parent.config is not None and parent.lineage is None:
        commands.insert(0, command_line(parent.config, parent.preset))
    return Reproduction(tuple(commands), tuple(notes), config)


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
        f"Settings were changed while the run trained: {changes}. No command repeats that; this "
        "one trains with the settings of the beginning, so its labels may differ."
    ]


def _about_branch(parent_id: str, parent: RunRecord | None) -> str:
    sentence = f"The run branched from {parent_id}, so one train command cannot repeat it."
    if parent is None:
        return f"{sentence} {parent_id} must be in the store of runs."
    if parent.lineage is not None:
        return f"{sentence} {parent_id} is a branch itself and must be in the store of runs."
    return (
        f"{sentence} Where {parent_id} is no longer in the store of runs, train it again by the "
        "first command and write its new name into the second."
    )


def _options(values: Mapping[str, Any]) -> str:
    named = [path for path in _SHORTHANDS if path in values]
    parts = [f" {_SHORTHANDS[path]} {_quoted(path, values[path])}" for path in named]
    parts += [_assignment(path, v) for path, v in values.items() if path not in _SHORTHANDS]
    return "".join(parts)


def _assignment(path: str, value: Any) -> str:
    return f" --set {shlex.quote(f'{path}={SETTINGS[path].format(value)}')}"


def _quoted(path: str, value: Any) -> str:
    return shlex.quote(SETTINGS[path].format(value))
