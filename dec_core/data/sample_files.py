"""Small tables to try: written as the files that a person would bring."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class SampleFile:
    """A table that is made on demand; ``settings`` are what its columns are for."""

    name: str
    title: str
    sentence: str
    settings: Mapping[str, Any]
    table: Callable[[], tuple[Sequence[str], Any, Sequence[str]]]

    def content(self) -> bytes:
        """As CSV: its features and its label in the last column; the same bytes each time."""
        names, x, labels = self.table()
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow([*names, *self.settings.values()])
        rows.writerows(
            [*(f"{v:.6g}" for v in row), one] for row, one in zip(x, labels, strict=True)
        )
        return text.getvalue().encode()


def _wine() -> tuple[Sequence[str], Any, Sequence[str]]:
    from sklearn.datasets import load_wine

    return _of_bunch(load_wine(), ("barolo", "grignolino", "barbera"))


def _breast_cancer() -> tuple[Sequence[str], Any, Sequence[str]]:
    from sklearn.datasets import load_breast_cancer

    found = load_breast_cancer()
    return _of_bunch(found, [str(name) for name in found.target_names])


def _digits() -> tuple[Sequence[str], Any, Sequence[str]]:
    from sklearn.datasets import load_digits

    return _of_bunch(load_digits(), tuple("0123456789"))


def _blobs() -> tuple[Sequence[str], Any, Sequence[str]]:
    from sklearn.datasets import make_blobs

    x, y = make_blobs(800, 8, centers=4, cluster_std=2.5, random_state=0)
    return [f"x{i}" for i in range(1, 9)], x, [f"blob {label + 1}" for label in y]


def _of_bunch(found: Any, classes: Sequence[str]) -> tuple[Sequence[str], Any, Sequence[str]]:
    names = [str(name).replace(" ", "_") for name in found.feature_names]
    return names, found.data, [classes[label] for label in found.target]


SAMPLE_FILES = (
    SampleFile(
        "wine.csv",
        "Wine",
        "178 wines of three kinds, 13 chemical measurements.",
        MappingProxyType({"data.label": "kind"}),
        _wine,
    ),
    SampleFile(
        "breast-cancer.csv",
        "Breast cancer",
        "569 tumours, benign or malignant, 30 measurements of cells.",
        MappingProxyType({"data.label": "diagnosis"}),
        _breast_cancer,
    ),
    SampleFile(
        "digits.csv",
        "Digits as a table",
        "1,797 handwritten digits, 64 pixels from 0 to 16 as columns.",
        MappingProxyType({"data.label": "digit"}),
        _digits,
    ),
    SampleFile(
        "blobs.csv",
        "Blobs",
        "800 made points around four centres in eight dimensions.",
        MappingProxyType({"data.label": "blob"}),
        _blobs,
    ),
)
