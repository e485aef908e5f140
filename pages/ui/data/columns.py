"""The columns of a file, what each is for, and the first rows."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from dec_core.data.columns import Column
from dec_core.data.sources.contents import Contents
from dec_core.runs.data_look import DataLook

# Of the file, on the page.
_MOST_COLUMNS, _MOST_ROWS = 500, 6
_ROWS_IN_SIGHT = 10
_CONSTANT = "left out (one value)"


def columns_table(look: DataLook) -> None:
    """A row per column: its role in words, and its first values."""
    contents = look.contents
    if contents is None or not (look.columns or contents.feature_names):
        return
    st.markdown("**What is each column used for?**")
    rows = [_row(look, contents, column) for column in look.columns[:_MOST_COLUMNS]]
    rows += _matrix_rows(look, contents, _MOST_COLUMNS - len(rows))
    st.dataframe(rows, hide_index=True, width="stretch", height=_height(len(rows)))
    every = len(look.columns) + _n_matrix(contents)
    if every > len(rows):
        st.caption(f"The first {len(rows):,} of {every:,} columns.")


def _height(n_rows: int) -> int | Literal["content"]:
    """As high as its rows, but never most of the screen, in pixels."""
    return "content" if n_rows <= _ROWS_IN_SIGHT else 420


def _row(look: DataLook, contents: Contents, column: Column) -> dict[str, str]:
    role = column.role.value + (f" ({column.why})" if column.why else "")
    if column.name in look.about.constant:
        role = _CONSTANT
    head = contents.columns[column.name].slice(0, _MOST_ROWS).to_pylist()
    return _in_words(column.name, column.type, role, head)


def _matrix_rows(look: DataLook, contents: Contents, most: int) -> list[dict[str, str]]:
    """Of an array that is no image, its first features."""
    count = min(_n_matrix(contents), most)
    if contents.matrix is None or count < 1:
        return []
    head = contents.matrix[:_MOST_ROWS]
    own = contents.feature_names or [str(i) for i in range(count)]
    names = contents.feature_names or [f"feature {i}" for i in range(count)]
    roles = [_CONSTANT if name in look.about.constant else "trained on" for name in own[:count]]
    return [
        _in_words(names[i], "number", role, head[:, i].tolist()) for i, role in enumerate(roles)
    ]


def _n_matrix(contents: Contents) -> int:
    """Features beside the columns; pixels do not count."""
    if contents.matrix is None or contents.image_shape is not None:
        return 0
    return int(contents.matrix.shape[1])


def _in_words(name: str, type_: str, role: str, head: list[object]) -> dict[str, str]:
    values = {f"Row {i}": "" if v is None else _text(v) for i, v in enumerate(head, start=1)}
    return {"Column": name, "Type": type_, "Used as": role, **values}


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
