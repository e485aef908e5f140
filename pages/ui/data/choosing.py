"""What there is to choose from: a file to drop, files of before, samples, built-in sets."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dec_core.config import FileData
from dec_core.data import describe
from dec_core.data.files import contents_of
from dec_core.data.sample_files import SAMPLE_FILES, SampleFile
from dec_core.data.sources.formats import FORMATS
from dec_core.data.upload_places import is_upload
from dec_core.errors import DataError, DECLabError
from dec_core.store.store import RunStore
from dec_core.store.uploads import Upload
from pages.ui.data.chosen import Chosen, choose_data
from pages.ui.parts.following import following
from pages.ui.parts.lasting_button import lasting_button
from pages.ui.parts.local_files import may_open_paths
from pages.ui.parts.state import notify, run_manager, tell
from pages.ui.parts.verbatim import verbatim

# Of the uploader that is on the page; another number makes it forget the file in its memory.
_NEXT = "upload_number"


def choosing(now: Chosen) -> None:
    """All ways to data, in the sidebar."""
    with st.sidebar:
        _drop_zone()
        if may_open_paths():
            _path_field(now)
        _own_files(run_manager().store, now)
        _built_in(now)
        _samples()


def _group(title: str) -> DeltaGenerator:
    """A heading, and below it room for lines close to one another."""
    st.subheader(title, anchor=False)
    return st.container(gap=None, key=f"lines_{title.lower().replace(' ', '_')}")


def _built_in(now: Chosen) -> None:
    with _group("Built in"):
        for one in describe():
            where = one.available_from or "to be downloaded"
            _choice(
                one.title,
                f"{one.sentence} {one.n_samples:,} samples, {where}.",
                is_chosen=now.config.data.name == one.name,
                key=f"built_in:{one.name}",
                choose=partial(choose_data, one.name),
            )


def _samples() -> None:
    with _group("Files to try"):
        for sample in SAMPLE_FILES:
            st.button(
                sample.title,
                help=sample.sentence,
                icon=":material/add:",
                key=f"sample:{sample.name}",
                type="tertiary",
                on_click=tell,
                args=(partial(_take_sample, sample),),
            )


def _choice(
    label: str, help: str, *, is_chosen: bool, key: str, choose: Callable[[], None]
) -> None:
    st.button(
        label,
        help=verbatim(help),
        icon=":material/radio_button_checked:"
        if is_chosen
        else ":material/radio_button_unchecked:",
        key=key,
        type="tertiary",
        on_click=choose,
    )


def _drop_zone() -> None:
    """What is dropped is kept on the disk at once, and leaves the memory of the server."""
    number = st.session_state.setdefault(_NEXT, 0)
    limit = int(st.get_option("server.maxUploadSize"))
    known = ", ".join(dict.fromkeys(one.name for one in FORMATS))
    dropped = st.file_uploader(
        "Your own file",
        key=f"upload:{number}",
        help=f"{known}; at most {limit:,} MB. It stays on the machine of this server.",
    )
    if dropped is None:
        return
    st.session_state[_NEXT] = number + 1
    try:
        with st.spinner(f"Reading {verbatim(dropped.name)} ..."):
            keep_upload(run_manager().store, dropped, dropped.name)
    except DECLabError as error:
        st.session_state["upload_problem"] = str(error)
    except OSError as error:
        st.session_state["upload_problem"] = f"The file could not be kept. {error}"
    st.rerun()


def keep_upload(store: RunStore, stream: io.BytesIO, name: str) -> None:
    """Keep a file and turn to it; one that cannot be read is not kept.

    Raises
    ------
    DECLabError
        If it cannot be read.
    OSError
        If it cannot be written.
    """
    before = {upload.file for upload in store.uploads.all()}
    upload = store.uploads.keep(stream, name)
    try:
        contents_of(FileData(file=upload.file))
    except DECLabError:
        if upload.file not in before:
            store.uploads.remove(upload.file)
        raise
    choose_data("file", upload.file)


def _take_sample(sample: SampleFile) -> None:
    """Write a sample where uploads are kept, and turn to it."""
    try:
        upload = run_manager().store.uploads.keep(io.BytesIO(sample.content()), sample.name)
    except OSError as error:
        raise DataError(f"The file could not be written. {error}") from error
    choose_data("file", upload.file, sample.settings)


def _path_field(now: Chosen) -> None:
    """Only on the server's own machine: a file or a folder, read where it lies."""
    is_path = bool(now.file) and not is_upload(now.file)
    shown = now.file if is_path else ""
    st.text_input(
        "Or its path",
        value=shown,
        placeholder="/home/me/data.csv",
        help="A file or a folder of images on this machine; it is read where it lies.",
        **following("data_path", shown, lambda path: choose_data("file", path.strip())),
    )


def _own_files(store: RunStore, now: Chosen) -> None:
    problem = st.session_state.pop("upload_problem", "")
    if problem:
        st.error(verbatim(problem), icon=":material/error:")
    uploads = store.uploads.all()
    if not uploads:
        return
    with _group("Your files"):
        for upload in uploads:
            _own_file(upload, now)


def _own_file(upload: Upload, now: Chosen) -> None:
    size = size_in_words(upload.n_bytes)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        _choice(
            verbatim(upload.name),
            f"{upload.name}, {size}",
            is_chosen=now.file == upload.file,
            key=f"own:{upload.file}",
            choose=partial(choose_data, "file", upload.file),
        )
        st.space("stretch")
        st.caption(size, width="content")
        if lasting_button(
            f"Remove {verbatim(upload.name)}",
            icon=":material/delete:",
            help=f"Remove {verbatim(upload.name)}",
            key=f"remove:{upload.file}",
            type="tertiary",
        ):
            _confirm_removal(upload, now)


def size_in_words(n_bytes: int) -> str:
    """As "12.2 kB"."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= size:
            return f"{n_bytes / size:.1f} {unit}"
    return f"{n_bytes} bytes"


@st.dialog("Remove a file", icon=":material/delete:")
def _confirm_removal(upload: Upload, now: Chosen) -> None:
    st.text(f"{upload.name}, {size_in_words(upload.n_bytes)}")
    users = runs_on(upload.file)
    if users:
        uses, stays = (
            ("1 run uses", "It stays")
            if len(users) == 1
            else (f"{len(users)} runs use", "They stay")
        )
        st.warning(
            f"{uses} this file. {stays}, but can neither go on nor be branched until the file is "
            "uploaded again.",
            icon=":material/warning:",
        )
        st.text("\n".join(users[:10]))
    else:
        st.markdown("No run uses it.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep", key="keep_file"):
            st.rerun()
        if st.button(
            "Remove for good",
            type="primary",
            key="remove_for_good",
            on_click=partial(_remove, upload, is_shown=now.file == upload.file),
        ):
            st.rerun()


def runs_on(file: str) -> Sequence[str]:
    """The names of the runs that were trained on an upload."""
    records = (one.record for one in run_manager().list_runs())
    return [
        record.name
        for record in records
        if record.config is not None
        and isinstance(record.config.data, FileData)
        and record.config.data.file == file
    ]


def _remove(upload: Upload, *, is_shown: bool) -> None:
    try:
        run_manager().store.uploads.remove(upload.file)
    except OSError as error:
        notify(f"{upload.name} was not removed. {error}", "error")
        return
    if is_shown:
        choose_data("digits")
    notify(f"Removed: {upload.name}", "delete")
