"""What the table says of each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from dec_core.analysis.measure import Measure
from dec_core.analysis.measures import MEASURES
from dec_core.analysis.verdict import SPOILT, Condition
from dec_core.config import SETTINGS
from dec_core.runs.in_words import Standing, preset_in_words, standing
from dec_core.store.record import RunRecord, RunState
from pages.ui.compare.run_table import TableCell, TableColumn, TableRow, TableState
from pages.ui.compare.runs import configs_of, reading_of
from pages.ui.compare.series import Group
from pages.ui.parts.conditions import ICONS

# Measures that the table always shows, at the end and over the k-means start.
SHOWN = ("acc", "nmi")
BEST = "best_"
_ICONS_OF_STATES = {
    RunState.INTERRUPTED: "power_off",
    RunState.DAMAGED: "broken_image",
    RunState.FAILED: "error",
}
_NONE = "\N{EN DASH}"


def columns_of(numbers: Sequence[str], settings: Sequence[str], zone: str) -> list[TableColumn]:
    """The headings after run and state.

    Parameters
    ----------
    numbers : further numbers, by their key in the outcome of a run
    settings : by their path
    zone : the time zone of the times, for a person
    """
    return [
        *(
            TableColumn(
                MEASURES[name].label,
                "over k-means",
                "At the end or so far; below it the gain over the k-means start of the run",
                is_number=True,
            )
            for name in SHOWN
        ),
        *(TableColumn(number_label(key), is_number=True) for key in numbers),
        TableColumn("Iterations", "seconds", "Gradient steps; seconds without pauses", True),
        TableColumn("Created", zone, "When the run was made"),
        *(TableColumn(SETTINGS[path].label, SETTINGS[path].section) for path in settings),
    ]


def number_label(key: str) -> str:
    """The words for a number of the outcome of a run."""
    measure = _measure(key)
    return f"Best {measure.label}" if key.startswith(BEST) else measure.label


def row_of(
    record: RunRecord,
    group: Group | None,
    numbers: Sequence[str],
    settings: Sequence[str],
    zone: tzinfo,
) -> TableRow:
    """One run; ``group`` is the series that it belongs to, where it is compared."""
    summary, condition = reading_of(record)
    cells = (
        *(_score(summary, name) for name in SHOWN),
        *(_number(summary.get(key), _measure(key)) for key in numbers),
        _length(summary),
        _created(record, zone),
        *(_setting(record, path) for path in settings),
    )
    return TableRow(
        record.run_id,
        record.name,
        _about(record),
        None if record.state is RunState.DAMAGED else f"./?run={record.run_id}",
        record.tags,
        _state(record, summary, condition),
        cells,
        None if group is None else group.color,
        None if group is None else group.key,
    )


def standing_of(record: RunRecord) -> Standing:
    """How a run stands, as far as its summary or its numbers tell."""
    return standing(record.state, *reading_of(record))


def _state(record: RunRecord, summary: Mapping[str, Any], fares: Condition | None) -> TableState:
    found = standing(record.state, summary, fares)
    condition = found.condition.value if found.condition else ""
    usual = ICONS[found.condition] if found.condition else "hourglass_top"
    return TableState(
        found.phrase,
        condition,
        _ICONS_OF_STATES.get(record.state, usual),
        summary.get("sentence") or record.problem,
        record.problem,
        f"./diagnose?run={record.run_id}" if summary.get("verdict") in SPOILT else "",
    )


def _about(record: RunRecord) -> str:
    """What tells it from other runs."""
    parts = [record.run_id] if record.title else []
    if record.config is not None:
        parts.append(preset_in_words(record.config, record.preset))
    if record.lineage is not None:
        parts.append(f"branch of {record.lineage.parent} at {record.lineage.iteration:,}")
    return "; ".join(parts)


def _score(summary: Mapping[str, Any], name: str) -> TableCell:
    score, start = summary.get(name), summary.get(f"kmeans_{name}")
    gain = "" if score is None or start is None else f"{score - start:+.3f}"
    return TableCell(_text(score, MEASURES[name]), gain, score, "number")


def _number(value: float | None, measure: Measure) -> TableCell:
    return TableCell(_text(value, measure), sort=value, kind="number")


def _text(value: float | None, measure: Measure) -> str:
    if value is None:
        return _NONE
    return measure.shown(int(value) if measure.is_count else value)


def _measure(key: str) -> Measure:
    return MEASURES[key.removeprefix(BEST)]


def _length(summary: Mapping[str, Any]) -> TableCell:
    iterations, seconds = summary.get("iterations"), summary.get("seconds")
    below = "" if seconds is None else f"{seconds:,.1f} s"
    return TableCell(
        _NONE if iterations is None else f"{iterations:,}", below, iterations, "number"
    )


def _created(record: RunRecord, zone: tzinfo) -> TableCell:
    if not record.created:
        return TableCell(_NONE)
    time = datetime.fromisoformat(record.created).astimezone(zone)
    return TableCell(f"{time.day} {time:%b %Y}", f"{time:%H:%M}", record.created, "whole")


def _setting(record: RunRecord, path: str) -> TableCell:
    """All values that it has had, where it was changed by hand."""
    values = dict.fromkeys(config.text_of(path) for config in configs_of(record))
    text = ", ".join(values) or _NONE
    configs = [] if record.config is None else [record.config.get(path)]
    is_number = bool(configs) and isinstance(configs[0], int | float)
    return TableCell(text, sort=configs[0] if is_number else text)
