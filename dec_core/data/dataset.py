"""The one form in which samples travel through the program, and the checks at its door."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from dec_core.config import ImageShape
from dec_core.data.preparation import Preparation
from dec_core.data.samples import Samples
from dec_core.errors import DataError

# Each number up to the largest label gets a colour on plots.
MOST_NAMELESS_CLASSES = 2**16
_LARGEST_FLOAT32 = "3.4e38"


@dataclass(frozen=True, eq=False, init=False)
class Dataset:
    """Samples, with their true labels where these are known; checked when it is made.

    Parameters
    ----------
    name : str
        What the data set is called; a subset keeps the name of the whole.
    samples : array-like of shape (n_samples, n_features), or Samples
        Finite numbers; stored as uint8 where they are uint8, otherwise as float32. A C-contiguous
        array of either type is not copied: the data set holds a read-only view of it, so do not
        change it afterwards.
    y : array-like of shape (n_samples,) or None
        True labels: text, or whole numbers from 0. Text is numbered in its order, or in that of
        ``class_names``; so are numbers from 65,536 on, which become the names of their classes.
    image_shape : (height, width, channels), (depth, height, width, channels) or None
        How the numbers of one image or volume are arranged; the channels of a pixel or voxel lie
        side by side.
    class_names : sequence of str or None
        ``class_names[label]`` is the name of a true label.
    source : str
        Where the data came from, as a fragment of a sentence.
    rows : int array of shape (n_samples,) or None
        The samples' rows, from 0, in the file or set that they are a part of; None for all rows.
    ids : text array of shape (n_samples,) or None
        What the samples are called, for what is exported.
    preparation : Preparation or None
        What was done with the values before, so that new samples can be treated alike.

    Attributes
    ----------
    samples : Samples
        C-contiguous, finite, read-only; as they lie in memory or in a mapped file.
    y : int64 array of shape (n_samples,) or None
        True labels 0..K-1, read-only; a subset may lack some of the K. They are for scores
        only, never for training.
    name, image_shape, class_names, source
        As given; ``class_names`` also of labels that had to be numbered.

    Raises
    ------
    DataError
        If ``samples`` is not two-dimensional, empty, not numeric or not finite; if ``y`` is not one
        text or whole number from 0 per sample; if ``image_shape`` or ``class_names`` do not fit.

    Examples
    --------
    >>> Dataset("pets", [[0.0, 1.0], [1.0, 0.0]], ["dog", "cat"]).class_names
    ('cat', 'dog')
    """

    name: str
    samples: Samples
    y: npt.NDArray[np.int64] | None
    image_shape: ImageShape | None
    class_names: tuple[str, ...] | None
    source: str
    rows: npt.NDArray[np.int64] | None
    ids: npt.NDArray[np.str_] | None
    preparation: Preparation | None

    def __init__(  # noqa: PLR0917 - in the order of the fields
        self,
        name: str,
        samples: npt.ArrayLike | Samples,
        y: npt.ArrayLike | None = None,
        image_shape: ImageShape | None = None,
        class_names: Sequence[str] | None = None,
        source: str = "arrays",
        rows: npt.NDArray[np.int64] | None = None,
        ids: npt.ArrayLike | None = None,
        preparation: Preparation | None = None,
    ) -> None:
        checked = _checked_samples(name, samples)
        names = None if class_names is None else tuple(map(str, class_names))
        labels = None
        if y is not None:
            labels, names = _checked_labels(name, y, names, n_samples=len(checked))
        _check_image_shape(name, image_shape, n_features=checked.shape[1])
        values = {
            "name": name,
            "samples": checked,
            "y": None if labels is None else _read_only(labels),
            "image_shape": image_shape,
            "class_names": names,
            "source": source,
            "rows": rows,
            "ids": None if ids is None else _read_only(_checked_ids(name, ids, len(checked))),
            "preparation": preparation,
        }
        for field, value in values.items():
            object.__setattr__(self, field, value)

    @property
    def x(self) -> npt.NDArray[np.float32]:
        """All samples, (n_samples, n_features) float32, read-only; of whole numbers a new array.

        For small data: training and screens take the rows that they need from ``samples``.
        """
        return _read_only(self.samples[:])

    @property
    def n_samples(self) -> int:
        """Number of rows."""
        return len(self.samples)

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return self.samples.shape[1]

    @property
    def n_classes(self) -> int | None:
        """How many classes the true labels tell apart; None where there are no labels."""
        if self.y is None:
            return None
        return len(self.class_names) if self.class_names else int(self.y.max()) + 1

    @property
    def has_labels(self) -> bool:
        """Whether true labels are known."""
        return self.y is not None

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (64 hexadecimal digits) of shape, samples and ``y``; computed once, when asked.

        Equal data have equal fingerprints, whatever they are called, wherever they came from and
        whichever type they are kept in.
        """
        digest = hashlib.sha256(repr((self.samples.shape, self.has_labels)).encode())
        for piece in self.samples.pieces():
            digest.update(piece.reshape(-1).data)
        if self.y is not None:
            digest.update(np.ascontiguousarray(self.y).data)
        return digest.hexdigest()


def _checked_ids(name: str, ids: npt.ArrayLike, n_samples: int) -> npt.NDArray[np.str_]:
    array = np.asarray(ids).astype(np.str_)
    if array.shape != (n_samples,):
        raise DataError(
            f"The ids of {name} must be one per sample, shape ({n_samples},). Received shape "
            f"{array.shape}. Give as many ids as samples, or none."
        )
    return array


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A view that cannot be written through; the caller's own array keeps its flags."""
    view = array.view()
    view.flags.writeable = False
    return view


def _as_array(name: str, what: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    try:
        return np.asarray(values)
    except (ValueError, TypeError) as error:
        raise DataError(
            f"The {what} of {name} must be an array of numbers. Received something that cannot "
            f"become one ({error}). Give every row the same length."
        ) from error


def _checked_samples(name: str, given: npt.ArrayLike | Samples) -> Samples:
    values, divisor = (given.values, given.divisor) if isinstance(given, Samples) else (given, 1.0)
    array = _as_array(name, "samples", values)
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"The samples of {name} must be real numbers. Received dtype {array.dtype}. "
            "Convert or remove the columns that are not numeric."
        )
    if array.ndim != 2:
        raise DataError(
            f"The samples of {name} must be a table of shape (n_samples, n_features). "
            f"Received {array.ndim} dimension(s), shape {array.shape}. "
            "Reshape it, one row per sample."
        )
    if 0 in array.shape:
        raise DataError(
            f"{name} must have at least one sample and one feature. "
            f"Received shape {array.shape}. Check the file or query that it came from."
        )
    stored = np.uint8 if array.dtype == np.uint8 else np.float32
    # A number beyond float32 becomes inf here and is reported below, not by a warning.
    with np.errstate(over="ignore"):
        samples = Samples(_read_only(np.asarray(array, dtype=stored, order="C")), divisor)
    if not samples.are_whole:
        _check_finite(name, samples)
    return samples


def _check_finite(name: str, samples: Samples) -> None:
    if all(np.isfinite(piece).all() for piece in samples.pieces()):
        return
    finite = np.isfinite(samples.values)
    affected = np.flatnonzero(~finite.all(axis=1))
    raise DataError(
        f"The samples of {name} must be finite numbers below {_LARGEST_FLOAT32}. Received "
        f"{np.count_nonzero(~finite):,} NaN or infinite value(s) in {affected.size:,} of "
        f"{len(samples):,} samples, the first in sample {affected[0]} (counted from 0). "
        "Remove these samples or fill in the values."
    )


def _check_image_shape(name: str, image_shape: Any, *, n_features: int) -> None:
    if image_shape is None:
        return
    try:
        is_long = len(image_shape) in (3, 4)
        fits = is_long and min(image_shape) > 0 and math.prod(image_shape) == n_features
    except TypeError:  # no numbers
        fits = False
    if not fits:
        raise DataError(
            f"The image_shape of {name} must be three numbers, (height, width, channels), or "
            "four of a volume, (depth, height, width, channels), that multiply to its number of "
            f"features ({n_features:,}). Received {image_shape}. Correct the shape or leave it "
            "out; grey images have 1 channel."
        )


def _checked_labels(
    name: str, y: npt.ArrayLike, names: tuple[str, ...] | None, *, n_samples: int
) -> tuple[npt.NDArray[np.int64], tuple[str, ...] | None]:
    """Labels from 0 and the names of the classes, where they have any."""
    array = _as_array(name, "labels", y)
    if array.shape != (n_samples,):
        raise DataError(
            f"The labels of {name} must be one per sample, shape ({n_samples},). "
            f"Received shape {array.shape}. Give as many labels as samples, or none."
        )
    if array.dtype.kind in "UT" or _holds_text(array):
        return _numbered(name, array.astype(str), names)
    labels = _whole_numbers(name, array)
    if names is None and labels.max() >= MOST_NAMELESS_CLASSES:
        return _numbered(name, labels, None)
    if names is not None and labels.max() >= len(names):
        raise DataError(
            f"The class_names of {name} must name every label, 0 to {int(labels.max()):,}. "
            f"Received {len(names):,} names. Add the missing names or leave them out."
        )
    return labels, names


def _holds_text(array: npt.NDArray[Any]) -> bool:
    return array.dtype.kind == "O" and all(isinstance(label, str) for label in array)


def _numbered(
    name: str, labels: npt.NDArray[Any], names: tuple[str, ...] | None
) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """Numbers in the order of the names, otherwise in the labels' own."""
    found, numbers = np.unique(labels, return_inverse=True)
    if names is None:
        return numbers.astype(np.int64), tuple(str(label) for label in found)
    unknown = [str(label) for label in found if label not in names]
    if unknown:
        raise DataError(
            f"The class_names of {name} must name every label. Received labels without a name, "
            f"the first is {unknown[0]!r}. Add the missing names or leave them out."
        )
    places = np.array([names.index(label) for label in found], np.int64)
    return places[numbers], names


def _whole_numbers(name: str, array: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    remedy = "Give the names of the classes, or number them 0, 1, 2, ..."
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"The labels of {name} must be text or whole numbers from 0. "
            f"Received dtype {array.dtype}. {remedy}"
        )
    # Written so that NaN fails too; the upper bound keeps the conversion to int64 exact.
    fits = (array >= 0) & (array < 2**53)
    if array.dtype.kind == "f":
        fits &= array == np.floor(array)
    if not fits.all():
        first = int(np.flatnonzero(~fits)[0])
        raise DataError(
            f"The labels of {name} must be text or whole numbers from 0. Received {array[first]} "
            f"for sample {first} (counted from 0). {remedy}"
        )
    # A copy, so that a later change of the caller's labels cannot reach the data set.
    return np.array(array, dtype=np.int64)
