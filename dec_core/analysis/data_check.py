"""A finding in data before a run, and what is known of data beside their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Severity(StrEnum):
    """How much a finding matters; the value is the word on screens."""

    PROBLEM = "problem"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Remedy:
    """What can be done: in words, and as settings with the values that they should have."""

    words: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class DataCheck:
    """A finding: ``sentence`` says it with its figure; a PROBLEM keeps a run from starting."""

    name: str
    severity: Severity
    sentence: str
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True)
class AboutColumns:
    """What is known of data beside their numbers.

    Attributes
    ----------
    feature_names : of the features, empty where they have none
    columns : those of the features that are columns of a file, so that they can be left out
    is_images : whether the features are pixels
    n_rows, n_lacking : rows of the file, and those of them that lack a value
    lacks_label : whether labels are among what is missing
    lowest : value of all samples
    constant : features that were left out as they have one value
    text : columns of text that were left out, with their numbers of values
    label_like, id_like : a column that is trained on and looks like labels, like an id; or ""
    """

    feature_names: tuple[str, ...] = ()
    columns: frozenset[str] = frozenset()
    is_images: bool = False
    n_rows: int = 0
    n_lacking: int = 0
    lacks_label: bool = False
    lowest: float = 0.0
    constant: tuple[str, ...] = ()
    text: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    label_like: str = ""
    id_like: str = ""

    def name(self, feature: int) -> str:
        """Of a feature, numbered from 0 where it has none."""
        return self.feature_names[feature] if self.feature_names else f"feature {feature}"
