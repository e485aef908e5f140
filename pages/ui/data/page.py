"""The Data page, part by part."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dec_core.config import DataSettings, FileData
from dec_core.data import description_of, place_of, title_of
from dec_core.data.files import locate
from dec_core.errors import DECLabError, SettingsError
from dec_core.runs.data_look import DataLook, look_at
from pages.ui.data.choices import choices, proposals
from pages.ui.data.choosing import choosing, size_in_words
from pages.ui.data.chosen import Chosen, chosen, forget_roles
from pages.ui.data.columns import columns_table
from pages.ui.data.findings import findings, found_checks
from pages.ui.data.leading import lead_to_train, obstacle, suggested
from pages.ui.data.loaded import facts_line
from pages.ui.data.new_samples import new_samples
from pages.ui.data.pictures import pictures
from pages.ui.parts.lasting_button import lasting_button
from pages.ui.parts.local_files import check_path
from pages.ui.parts.verbatim import verbatim


def data_page() -> None:
    """What there is to choose from, in the sidebar; what is chosen, beside it."""
    now = chosen()
    choosing(now)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="bar"):
        st.subheader(verbatim(title_of(now.config.data)), anchor=False, width="content")
        notice = st.container(key="reading")
        st.space("stretch")
        # As a container it keeps the button that it had while data are read.
        place = st.container(width="content")
    for problem in now.problems:
        st.warning(problem, icon=":material/link_off:")
    look = _look(now, notice)
    if look is None:
        return
    facts_line(look)
    if look.dataset is not None:
        with place:
            lead_to_train(now, look)
    elif look.problem:
        st.error(verbatim(look.problem), icon=":material/error:")
    proposals(look)
    findings(now, look)
    choices(now, look)
    pictures(now, look)
    columns_table(look)
    suggested(now, look)
    if isinstance(now.config.data, FileData):
        new_samples(now.config.data)


def _look(now: Chosen, notice: DeltaGenerator) -> DataLook | None:
    """The data, or a sentence and a way on where they cannot be shown.

    ``notice`` is where it is said that they are read, as no click is answered meanwhile.
    """
    data = now.config.data
    if isinstance(data, FileData) and not data.file:
        st.info("Choose a file on the left, or drop one there.", icon=":material/upload_file:")
        return None
    if not isinstance(data, FileData) and place_of(data) is None and not _is_wanted(data.name):
        return None
    try:
        check_path(data)
        with notice, st.spinner(f"Reading {_size(data)}; clicks are answered afterwards"):
            look = look_at(data, now.config.seed)
            # What is found is remembered, and takes longer than to read.
            found_checks(now, look)
            obstacle(now, look)
            return look
    except SettingsError as error:
        st.error(verbatim(str(error)), icon=":material/error:")
        st.button("Forget the choices", icon=":material/restart_alt:", on_click=forget_roles)
    except DECLabError as error:
        st.error(verbatim(str(error)), icon=":material/error:")
    return None


def _size(data: DataSettings) -> str:
    """How much there is to read, as far as that is known before."""
    description = description_of(data.name)
    if description is not None:
        return f"{description.n_samples:,} samples"
    with suppress(DECLabError, OSError):
        path = locate(data) if isinstance(data, FileData) else None
        if path is not None and path.is_file():
            return size_in_words(path.stat().st_size)
    return "the data"


def _is_wanted(name: str) -> bool:
    """Whether a person wants to wait for a download."""
    st.markdown("These data are not on this machine yet. A download takes about a minute.")
    return lasting_button("Download", icon=":material/download:", key=f"download:{name}")
