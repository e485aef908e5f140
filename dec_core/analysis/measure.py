"""What one number of an update is: its name, its words, its format and which values are better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from math import inf, isnan

from dec_core.analysis.labeling import Labeling

# What a float32 may be beyond the bounds of a measure by rounding.
ROUNDING = 1e-6
UNDEFINED = "\N{EN DASH}"


class Direction(Enum):
    """Which values of a measure are better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True)
class Measure:
    """One number of an update.

    Attributes
    ----------
    name : key in the events, column of the CSV file and field of the JSON
    label : for curves and tables
    help : a sentence for a person
    function : of a ``Clustering``; also of a ``Labeling`` where ``at_start``; None where the run
        has no such number
    format : as in ``format(value, ...)``; "d" for a count
    direction : which values are better
    range : smallest and largest possible value
    needs_true_labels : whether it is left out where there are none
    at_start : whether the k-means start records it too
    is_successive : whether it compares an update with the one before, so that curves of several
        runs leave out the first update
    is_log : whether curves have a logarithmic axis
    is_headline : whether it is among the curves that are shown together at first
    is_partial : whether NaN says that it is not defined, as of a single cluster: a dash as text
    short_label, short_format : where there is little room; ``label`` and ``format`` if empty
    tag : name of the curve in TensorBoard; made of the name if empty
    """

    name: str
    label: str
    help: str
    function: Callable[..., float | None]
    format: str = ".3f"
    direction: Direction = Direction.NEITHER
    range: tuple[float, float] = (-inf, inf)
    needs_true_labels: bool = False
    at_start: bool = False
    is_successive: bool = False
    is_log: bool = False
    is_headline: bool = False
    is_partial: bool = False
    short_label: str = ""
    short_format: str = ""
    tag: str = ""

    @property
    def is_count(self) -> bool:
        """Whether its values are whole numbers."""
        return self.format == "d"

    @property
    def curve_tag(self) -> str:
        """The name of the curve in TensorBoard."""
        group = "true labels" if self.needs_true_labels else "clustering"
        return self.tag or f"{group}/{self.name}"

    @property
    def tile_label(self) -> str:
        """The name where there is little room."""
        return self.short_label or self.label

    def shown(self, value: float) -> str:
        """A value as text."""
        return UNDEFINED if self.is_undefined(value) else format(value, self.format)

    def shown_short(self, value: float) -> str:
        """A value as text where there is little room."""
        if self.is_undefined(value):
            return UNDEFINED
        return format(value, self.short_format or self.format)

    def is_undefined(self, value: float) -> bool:
        """Whether a value says that there is none."""
        return self.is_partial and isnan(value)

    def allows(self, value: float) -> bool:
        """Whether a value is possible; NaN, where a measure is undefined, always is."""
        low, high = self.range
        return not (value < low - ROUNDING or value > high + ROUNDING)

    def of(self, subject: Labeling) -> float | None:
        """Its value: an int if it is a count, else a float; None where there is none."""
        value = self.function(subject)
        if value is None:
            return None
        return int(value) if self.is_count else float(value)
