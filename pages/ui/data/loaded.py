"""What is loaded, in one line."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from dec_core.data import description_of
from dec_core.data.columns import Role
from dec_core.runs.data_look import DataLook
from dec_core.words import counted
from pages.ui.parts.verbatim import verbatim


def facts_line(look: DataLook) -> None:
    """Source, sizes and types, and what reading the file had to say."""
    parts = [_what(look), *_sizes(look), *_roles(look)]
    if look.dataset is not None:
        parts.append(verbatim(look.dataset.source))
    st.caption(" \N{MIDDLE DOT} ".join(filter(None, parts)))
    for note in () if look.contents is None else look.contents.notes:
        st.caption(f":material/info: {verbatim(note)}")


def _what(look: DataLook) -> str:
    if look.contents is not None:
        return verbatim(look.contents.format)
    description = description_of(look.settings.name)
    return "" if description is None else description.sentence.rstrip(".")


def _sizes(look: DataLook) -> list[str]:
    dataset, contents = look.dataset, look.contents
    if dataset is None:
        return [] if contents is None else [counted(contents.n_samples, "row")]
    rows = counted(dataset.n_samples, "sample")
    if contents is not None and contents.n_samples != dataset.n_samples:
        rows += f" of {contents.n_samples:,} rows"
    features = counted(dataset.n_features, "feature")
    if dataset.image_shape is not None:
        *sides, channels = dataset.image_shape
        what = "voxels" if len(sides) == 3 else "pixels"
        features = f"{' x '.join(map(str, sides))} {what}, {'grey' if channels == 1 else 'colour'}"
    low, high = float(dataset.samples.min()), float(dataset.samples.max())
    return [rows, features, f"values from {low:,.4g} to {high:,.4g}", _classes(look)]


def _classes(look: DataLook) -> str:
    count = None if look.dataset is None else look.dataset.n_classes
    if count is None:
        return "no labels"
    return counted(count, "class", "classes")


def _roles(look: DataLook) -> list[str]:
    counts = Counter(column.type for column in look.columns)
    left_out = sum(column.role is Role.LEFT_OUT for column in look.columns)
    types = [f"{count:,} {type_}" for type_, count in counts.most_common(4)]
    words = [f"columns: {', '.join(types)}"] if types else []
    return [*words, f"{left_out:,} left out"] if left_out else words
