"""How a run's data were prepared, so that new samples can be treated alike.

``preparation.json`` is written anew whenever the data of a run are loaded. Runs of former versions
have none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from dec_core.data.preparation import Feature, Preparation
from dec_core.data.scaling import Scale
from dec_core.errors import RunError
from dec_core.store.array_files import damaged, read_whole, write_whole

PREPARATION = "preparation.json"


def write_preparation(folder: Path, preparation: Preparation) -> None:
    """Keep it with a run. Raises OSError."""
    write_whole(folder / PREPARATION, json.dumps(to_dict(preparation)).encode())


def read_preparation(folder: Path) -> Preparation | None:
    """What ``write_preparation`` wrote; None where a run has none.

    Raises
    ------
    RunError
        If the file is damaged.
    """
    path = folder / PREPARATION
    try:
        return from_dict(json.loads(read_whole(path)))
    except FileNotFoundError:
        return None
    except Exception as error:  # a single flipped bit can raise many kinds
        raise RunError(damaged(path, error)) from error


def to_dict(preparation: Preparation) -> dict[str, Any]:
    """Plain values, ready for JSON; infinite divisors, of constant features, are null."""
    scale = preparation.scale
    return {
        "columns": [
            {"name": column.name, "values": column.values} for column in preparation.columns
        ],
        "n_matrix": preparation.n_matrix,
        "matrix_names": preparation.matrix_names,
        "missing": preparation.missing,
        "medians": None if preparation.medians is None else preparation.medians.tolist(),
        "kept": None if preparation.kept is None else preparation.kept.tolist(),
        "divisor": preparation.divisor,
        "image_shape": preparation.image_shape,
        "scale": {
            "scaling": scale.scaling,
            "log1p": scale.log1p,
            "offset": _plain(scale.offset),
            "divisor": _plain(scale.divisor),
        },
    }


def from_dict(values: dict[str, Any]) -> Preparation:
    """The inverse of ``to_dict``. Raises an Exception of whatever kind where it does not fit."""
    scale, medians, kept = values["scale"], values["medians"], values["kept"]
    return Preparation(
        columns=tuple(
            Feature(column["name"], _tuple(column["values"])) for column in values["columns"]
        ),
        n_matrix=values["n_matrix"],
        matrix_names=_tuple(values["matrix_names"]),
        missing=values["missing"],
        medians=None if medians is None else np.asarray(medians, np.float64),
        kept=None if kept is None else np.asarray(kept, bool),
        divisor=values["divisor"],
        image_shape=_tuple(values["image_shape"]),
        scale=Scale(
            scale["scaling"],
            scale["log1p"],
            _numbers(scale["offset"]),
            _numbers(scale["divisor"]),
        ),
    )


def _plain(numbers: Any) -> Any:
    values = np.asarray(numbers, np.float64)
    if values.ndim:
        return [_plain(value) for value in values]
    return float(values) if np.isfinite(values) else None


def _numbers(plain: Any) -> Any:
    if isinstance(plain, list):
        return np.array([_numbers(value) for value in plain], np.float64)
    return np.inf if plain is None else float(plain)


def _tuple(values: Any) -> Any:
    return None if values is None else tuple(values)
