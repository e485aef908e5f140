"""What a file holds, before anything is chosen: the one form into which every format is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy.typing as npt

from dec_core.config import ImageColor

if TYPE_CHECKING:
    import pyarrow as pa

ImageShape = tuple[int, int, int]


class Wanted(NamedTuple):
    """What is asked of a file beside its path.

    Attributes
    ----------
    part : which of several arrays; None for the one that the format proposes
    image_size : height and width to which images are brought; None for the one proposed
    image_color : "auto", "grey" or "color"
    """

    part: str | None = None
    image_size: int | None = None
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
    image_shape : (height, width, channels) of one row of ``matrix``, or None
    part, parts : which array ``matrix`` is, and which there are; "" and none where there is no
        choice
    format : the format in words, as "CSV" or "PNG images"
    """

    columns: pa.Table
    matrix: npt.NDArray[Any] | None = None
    feature_names: tuple[str, ...] | None = None
    image_shape: ImageShape | None = None
    part: str = ""
    parts: tuple[str, ...] = ()
    format: str = ""

    @property
    def n_samples(self) -> int:
        """Rows."""
        return len(self.columns if self.matrix is None else self.matrix)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Of ``columns``."""
        return tuple(self.columns.column_names)
