"""What the columns are for and what is done with the values; all of it stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import streamlit as st

from dec_core.config import SETTINGS, FileData
from dec_core.data.columns import Column, Proposal, Role, label_doubt, n_values
from dec_core.runs.data_look import DataLook
from pages.ui.data.chosen import Chosen, choose
from pages.ui.parts.following import following
from pages.ui.parts.state import tell
from pages.ui.parts.verbatim import verbatim

_SCALING = {
    "none": "none",
    "pixels": "divide by 255",
    "unit": "all together to 0 to 1",
    "features": "each feature to 0 to 1",
    "standard": "standardise each feature",
    "norm": "each sample to one length",
}
_MISSING = {"refuse": "name them", "drop": "drop the row", "median": "fill in the median"}
_TEXT = {"leave-out": "leave out", "one-hot": "one-hot"}
_COLOR = {"auto": "as proposed", "grey": "grey", "color": "colour"}


def proposals(look: DataLook) -> None:
    """The columns that may be label and id; a person decides with one click."""
    offered = (("Proposed label", "data.label", look.label), ("Proposed id", "data.id", look.id))
    if not any(proposal for *_, proposal in offered):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="proposals"):
        for title, path, proposal in offered:
            if proposal is not None:
                _proposal(title, path, proposal)


def _proposal(title: str, path: str, proposal: Proposal) -> None:
    what = f"{proposal.n_values:,} classes" if path == "data.label" else "no value comes twice"
    words = f"{title}: **{verbatim(proposal.name)}**, {what}. {verbatim(proposal.doubt)}"
    st.markdown(words.rstrip(), width="content")
    st.button(
        "Take it",
        icon=":material/check:",
        key=f"take:{path}",
        help=f"Use {verbatim(proposal.name)} as the {path.rpartition('.')[2]} of each sample",
        on_click=tell,
        args=(partial(choose, {path: proposal.name}),),
    )


def choices(now: Chosen, look: DataLook) -> None:
    """The fields that apply to these data, side by side."""
    fields = list(_fields(now, look))
    grid = st.grid(4, min_column_width=190, gap="small")
    for field in fields:
        with grid.container():
            field()
    _about_label(look)


def _fields(now: Chosen, look: DataLook) -> Iterator[Callable[[], None]]:
    data = now.config.data
    if isinstance(data, FileData):
        yield from _column_fields(data, look)
    yield partial(_one_of, "data.scaling", data.scaling, _SCALING)
    if not look.is_images:
        yield partial(_switch, "data.log1p", data.log1p)
    if isinstance(data, FileData) and look.contents is not None:
        yield from _file_fields(data, look)


def _column_fields(data: FileData, look: DataLook) -> Iterator[Callable[[], None]]:
    names = [column.name for column in look.columns]
    if not names:
        return
    yield partial(_column, "data.label", data.label, [n for n in names if n != data.id])
    yield partial(_column, "data.id", data.id, [n for n in names if n != data.label])
    if look.contents is not None and look.contents.matrix is not None:
        return
    free = [n for n in names if n not in {data.label, data.id}]
    yield partial(_several, "data.leave_out", data.leave_out, free)
    numbers = [c.name for c in look.columns if c.type == "number" and c.name in free]
    if numbers:
        options = [n for n in numbers if n not in data.leave_out]
        yield partial(_several, "data.categorical", data.categorical, options)
    if any(_is_open_text(column) for column in look.columns):
        yield partial(_one_of, "data.text_columns", data.text_columns, _TEXT)


def _is_open_text(column: Column) -> bool:
    return (
        column.type == "text"
        and (column.role is Role.CATEGORY or column.why != "chosen")
        and (column.role not in {Role.LABEL, Role.ID})
    )


def _file_fields(data: FileData, look: DataLook) -> Iterator[Callable[[], None]]:
    if look.about.n_lacking or data.missing != "refuse":
        yield partial(_one_of, "data.missing", data.missing, _MISSING)
    if look.contents is not None and len(look.contents.parts) > 1:
        parts = {part: part for part in look.contents.parts}
        yield partial(_one_of, "data.part", look.contents.part, parts)
    if look.contents is not None and look.contents.is_of_image_files:
        yield partial(_pixels, data.image_size)
        yield partial(_one_of, "data.image_color", data.image_color, _COLOR)


def _field(path: str, value: Any) -> dict[str, Any]:
    """What the field of a setting holds goes into the address."""
    return following(f"data_field:{path}", value, partial(_choose, path))


def _choose(path: str, value: Any) -> None:
    """No text is no column."""
    value = tuple(value) if isinstance(value, list) else value
    tell(partial(choose, {path: None if value == "" else value}))


def _help(path: str) -> str:
    return SETTINGS[path].help


def _column(path: str, value: str | None, names: Sequence[str]) -> None:
    options = list(dict.fromkeys(["", *names, value or ""]))
    st.selectbox(
        SETTINGS[path].label,
        options,
        index=options.index(value or ""),
        format_func=lambda name: name or "none",
        help=_help(path),
        **_field(path, value or ""),
    )


def _several(path: str, value: Sequence[str], names: Sequence[str]) -> None:
    st.multiselect(
        SETTINGS[path].label,
        list(dict.fromkeys([*value, *names])),
        default=list(value),
        placeholder="none",
        help=_help(path),
        **_field(path, list(value)),
    )


def _one_of(path: str, value: str, words: dict[str, str]) -> None:
    st.selectbox(
        SETTINGS[path].label,
        list(words),
        index=list(words).index(value),
        format_func=words.__getitem__,
        help=_help(path),
        **_field(path, value),
    )


def _switch(path: str, value: bool) -> None:
    st.space("small")
    st.toggle(
        SETTINGS[path].label,
        value=value,
        help=_help(path),
        **_field(path, value),
    )


def _pixels(value: int | None) -> None:
    path = "data.image_size"
    st.number_input(
        SETTINGS[path].label,
        min_value=1,
        max_value=512,
        value=value,
        placeholder="as proposed",
        help=_help(path),
        **_field(path, value),
    )


def _about_label(look: DataLook) -> None:
    """With how many classes the chosen label has, and whether it looks like one."""
    data = look.settings
    if not isinstance(data, FileData) or data.label is None or look.contents is None:
        return
    count = n_values(look.contents, data.label)
    doubt = label_doubt(look.contents, data.label)
    if doubt:
        st.warning(f"As label, {verbatim(doubt)}", icon=":material/warning:")
    else:
        st.caption(f"Label: {verbatim(data.label)}, {count:,} classes. It is used for scores only.")
