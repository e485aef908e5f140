"""Where exported files go: into a zip file, into a folder, or one file alone."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dec_core.errors import ExportError
from dec_core.store.array_files import remove_stale, write_whole

# Takes a file's name and its content.
Add = Callable[[str, str | bytes], None]
# Called with what is being made, how many parts are done and of how many.
OnProgress = Callable[[str, int, int], None]


def silent(_name: str, _done: int, _total: int) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Exported:
    """What was written, and a sentence for each part that could not be made."""

    path: Path
    left_out: tuple[str, ...] = ()


def refused(target: Path, error: OSError) -> ExportError:
    """The sentence for a disk that refuses."""
    return ExportError(
        f"An export needs room at {target}. {error.strerror or error}. "
        "Free space or name another place."
    )


def write_alone(target: Path, content: str | bytes) -> None:
    """One file, whole or not at all. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, content.encode() if isinstance(content, str) else content)


@contextmanager
def opened(target: Path, top: str) -> Iterator[Add]:
    """Yields what adds a file by its name and content; the target is whole or not there.

    Parameters
    ----------
    target : a zip file if it ends in .zip, otherwise a new folder
    top : the one folder at the top of a zip file

    Raises
    ------
    ExportError
        If a folder is to be written where there is something already.
    OSError
        If it cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _zip(target, top) if target.suffix == ".zip" else _folder(target) as add:
        yield add


@contextmanager
def _zip(target: Path, top: str) -> Iterator[Add]:
    partial = _partial(target)
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as bundle:

            def add(name: str, content: str | bytes) -> None:
                entry = zipfile.ZipInfo.from_file(partial, f"{top}/{name}", strict_timestamps=False)
                entry.compress_type = zipfile.ZIP_DEFLATED
                bundle.writestr(entry, content)

            yield add
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _folder(target: Path) -> Iterator[Add]:
    _check_is_free(target)
    partial = _partial(target)
    partial.mkdir()
    try:

        def add(name: str, content: str | bytes) -> None:
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

        yield add
        # Another export to the same place may have ended meanwhile.
        _check_is_free(target)
        partial.replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _partial(target: Path) -> Path:
    """Where this export alone writes until it is whole; what killed ones have left goes."""
    remove_stale(target.parent.glob(f".{glob.escape(target.name)}.*partial"))
    return target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.partial")


def _check_is_free(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ExportError(
            f"An export needs a new or an empty folder. There is something at {target}. "
            "Name another folder, or a file that ends in .zip."
        )
