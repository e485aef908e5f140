"""The size of images, as a person chooses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st

from dec_core.errors import ExportError
from dec_core.export.figures import FigureFormat
from dec_core.export.film import FILM_WIDTH, FILM_WIDTHS
from dec_core.export.paper import FigureSize, converted

_WIDTHS = dict(zip(FILM_WIDTHS, ("Small", "Medium", "Large"), strict=True))
_FIT, _CUSTOM = "For a paper", "Your own"
_UNITS = {"mm": "Millimetres", "px": "Pixels"}


class Looks(NamedTuple):
    """How figures look in files; ``size`` None lets every figure choose."""

    size: FigureSize | None = None
    has_title: bool = True


def looks_choice(formats: Sequence[FigureFormat], *, key: str) -> tuple[Looks, str]:
    """How figures look in these formats, and what is wrong with their size.

    Parameters
    ----------
    key : one per form
    """
    has_title = _title_choice(any(format is not FigureFormat.CSV for format in formats), key)
    size, problem = _size_choice(any(format.is_image for format in formats), key)
    return Looks(size, has_title), problem


def _size_choice(is_needed: bool, key: str) -> tuple[FigureSize | None, str]:
    """The size of images, None where every figure chooses; and what is wrong with it."""
    kind = st.segmented_control(
        "Size",
        [_FIT, _CUSTOM],
        default=_FIT,
        required=True,
        disabled=not is_needed,
        key=f"{key}_size",
        help="For a paper: 85 mm wide, which is one column, or 180 mm, which is two, for figures "
        "with several plots; letters of 7 points, 300 dots per inch",
    )
    row = st.grid(5, min_column_width=100, gap="small")
    is_fixed = not is_needed or kind == _FIT
    number = _Number(row, is_fixed, key)
    values: dict[str, Any] = {
        "width": number.field("Width", 85.0, 5.0),
        "height": number.field("Height", 60.0, 5.0),
        "unit": row.selectbox(
            "Unit",
            list(_UNITS),
            format_func=_UNITS.__getitem__,
            disabled=is_fixed,
            key=f"{key}_unit",
            on_change=_convert,
            args=(key,),
        ),
        "font_size": number.field("Letters", 7.0, 0.5, "Their size in points"),
        "dots_per_inch": number.field("Dots per inch", 300.0, 50.0, "How fine a PNG is"),
    }
    if is_fixed:
        return None, ""
    try:
        return FigureSize(**values), ""
    except ExportError as error:
        return None, str(error)


def _title_choice(is_needed: bool, key: str) -> bool:
    """Whether images and pages show the title."""
    return st.toggle(
        "Title",
        value=True,
        disabled=not is_needed,
        key=f"{key}_title",
        help="The question above each figure and the line that says how to read it; in a paper "
        "the caption says both",
    )


def film_width_choice() -> int:
    """The width of the film's pictures, in pixels."""
    return st.segmented_control(
        "Film",
        FILM_WIDTHS,
        default=FILM_WIDTH,
        required=True,
        format_func=lambda width: f"{_WIDTHS[width]}, {width:,} px wide",
        key="film_width",
        help="A GIF takes up to about 1.6, 2.8 or 4 MB (100 pictures of 4,000 samples), an MP4 a "
        "little less; most are far smaller",
    )


class _Number:
    """Number fields of one row."""

    def __init__(self, row: Any, disabled: bool, key: str) -> None:
        self._row, self._disabled, self._key = row, disabled, key

    def field(self, label: str, value: float, step: float, help: str | None = None) -> float:
        """``value`` is what it begins with; another unit may change it."""
        key = f"{self._key}_{label}"
        st.session_state.setdefault(key, value)
        number: float = self._row.number_input(
            label, step=step, help=help, disabled=self._disabled, format="%g", key=key
        )
        return number


def _convert(key: str) -> None:
    """The size stays what it is when its unit changes."""
    unit = st.session_state[f"{key}_unit"]
    for name in (f"{key}_Width", f"{key}_Height"):
        st.session_state[name] = converted(st.session_state[name], unit)
