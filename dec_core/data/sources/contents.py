"""What a file holds, before anything is chosen: the one form into which every format is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dec_core.config import ImageColor, ImageShape
from dec_core.errors import SettingsError

if TYPE_CHECKING:
    import pyarrow as pa


class Wanted(NamedTuple):
    """What is asked of a file beside its path.

    Attributes
    ----------
    part : which of several arrays; None for the one that the format proposes
    image_size : height and width to which images are brought; None for the one proposed
    image_color : "auto", "grey" or "color"
    """

    part: str | None = None
    image_size: tuple[int, int] | None = None
    image_color: ImageColor = "auto"


ANYTHING = Wanted()


@dataclass(frozen=True, eq=False)
class Contents:
    """The samples of a file: columns with names, an array beside them, or both.

    A CSV or Parquet file has columns only. An array, images and the matrix of an AnnData file
    are ``matrix``; what belongs to each sample beside it (the folder and file name of an image,
    the rows of ``obs``, one-dimensional members of an NPZ) are columns, of which one may be chosen
    as label or id.

    Attributes
    ----------
    columns : pyarrow.Table with n_samples rows; no columns where there is only a matrix. Names are
        unique, not empty and without space around them
    matrix : (n_samples, n_features) numbers in the type that the file has, also a memory map; None
        where the columns are the features
    feature_names : of the columns of ``matrix``; None where they have none
    image_shape : (height, width, channels) of one row of ``matrix`` that is an image, (depth,
        height, width, channels) of a volume; otherwise None
    part, parts : which array ``matrix`` is, and which there are; "" and none where there is no
        choice
    is_of_image_files : whether each sample is an image file, brought to one size and to grey or
        colour as is wanted
    format : the format in words, as "CSV" or "PNG images"
    notes : what a person should know of how it was read, sentence by sentence
    """

    columns: pa.Table
    matrix: npt.NDArray[Any] | None = None
    feature_names: tuple[str, ...] | None = None
    image_shape: ImageShape | None = None
    is_of_image_files: bool = False
    part: str = ""
    parts: tuple[str, ...] = ()
    format: str = ""
    notes: tuple[str, ...] = ()

    @property
    def n_samples(self) -> int:
        """Rows."""
        return len(self.columns if self.matrix is None else self.matrix)

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """Of ``columns``."""
        return tuple(self.columns.column_names)


def image_shape_of(shape: tuple[int, ...], dtype: npt.DTypeLike) -> ImageShape | None:
    """The shape of one sample, where an array (n_samples, ...) holds images or volumes.

    Whole numbers of more than a byte may be a table of counts, but none has three sides. A last
    side of 1, 3 or 4 is taken for channels: volumes as narrow need a side for their channels too.

    Returns
    -------
    (height, width, channels), or (depth, height, width, channels); None where samples are neither
    """
    may_be_image = np.dtype(dtype) == np.uint8 or np.dtype(dtype).kind == "f"
    match shape[1:]:
        case (height, width):
            return (height, width, 1) if may_be_image else None
        case (height, width, (1 | 3 | 4) as channels):
            return (height, width, channels) if may_be_image else None
        case (depth, height, width):
            return depth, height, width, 1
        case (depth, height, width, (1 | 3 | 4) as channels):
            return depth, height, width, channels
        case _:
            return None


def named(names: Iterable[str]) -> tuple[list[str], tuple[str, ...]]:
    """Names of columns as ``Contents`` has them, and notes that say what was changed.

    Space around a name is taken off. One without a name is called by its place, from 1, and one
    that has the name of an earlier one gets a number.
    """
    found: dict[str, None] = {}
    n_seen: Counter[str] = Counter()
    n_nameless, repeated = 0, []
    for place, given in enumerate(names, 1):
        name = plain = given.strip() or f"column {place}"
        n_nameless += not given.strip()
        if plain in found:
            repeated.append(plain)
        while name in found:
            n_seen[plain] += 1
            name = f"{plain} ({n_seen[plain] + 1})"
        found[name] = None
    notes = []
    if n_nameless:
        notes.append(f"Columns without a name ({n_nameless:,}) are called by their place.")
    if repeated:
        notes.append(f"Columns with the same name are numbered: {listed(repeated)}.")
    return list(found), tuple(notes)


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names with commas between them, the first few of many."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest:,} more" if rest > 0 else "")


def chosen_part(
    file: str, parts: tuple[str, ...], proposed: str | None, wanted: Wanted
) -> str | None:
    """The part that is asked for, otherwise the proposed one.

    Raises
    ------
    SettingsError
        If the part that is asked for is not there.
    """
    if wanted.part is None:
        return proposed
    if wanted.part not in parts:
        there = f"It has {listed(parts)}." if parts else "It has no parts to choose from."
        raise SettingsError(
            f"data.part must name an array of {file}. Received {wanted.part!r}. {there} "
            "Choose one of them, or none."
        )
    return wanted.part
