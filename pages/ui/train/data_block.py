"""What the form knows of the data before they are loaded for a run."""

from __future__ import annotations

import streamlit as st

from dec_core.config import DEFAULT_PRESET, Config, DataSettings, FileData
from dec_core.data import description_of
from dec_core.errors import SettingsError
from dec_core.runs.data_look import DataSize, size_of
from pages.ui.parts.address import settings_address
from pages.ui.parts.local_files import check_path
from pages.ui.parts.verbatim import verbatim

_NO_FILE = "Choose a file on the Data page"


def known_size(settings: DataSettings) -> DataSize | None:
    """Samples, features and shape of the data; None where only a run would tell.

    Raises
    ------
    DECLabError
        If no run could load them, with the reason.
    """
    description = description_of(settings.name)
    if description is not None:
        return DataSize(description.n_samples, description.n_features, description.image_shape)
    if not isinstance(settings, FileData):
        return None
    if not settings.file:
        raise SettingsError(_NO_FILE)
    check_path(settings)
    return size_of(settings)


def file_in_words(config: Config | None) -> None:
    """The file, its label and its scaling in one line, and the way to where they are chosen."""
    address = {}
    if config is not None and isinstance(config.data, FileData) and config.data.file:
        data = config.data
        label = f"label {data.label}" if data.label else "no label"
        scaling = f"scaling {data.scaling}" + (" after log(1 + value)" if data.log1p else "")
        st.markdown(f"**{verbatim(data.called)}**  \n{verbatim(f'{label}, {scaling}')}")
        settings = settings_address(DEFAULT_PRESET, config)
        address = {path: text for path, text in settings.items() if path.startswith("data.")}
    st.page_link(
        "data.py",
        label="Change on the Data page" if address else _NO_FILE,
        icon=":material/table_view:",
        query_params=address or {"data.name": "file"},
    )
