"""Where exported files go: into a zip file, into a folder, or one file alone."""

from __future__ import annotations

import glob
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from dec_core.errors import ExportError
from dec_core.store.array_files import remove_stale, write_whole

# Takes a file's name and its content.
Add = Callable[[str, str | bytes], None]
# Called with what is being made, how many parts are done and of how many.
OnProgress = Callable[[str, int, int], None]


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
    is_zip = target.suffix == ".zip"
    if not is_zip:
        _check_is_free(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # What killed exports have left.
    remove_stale(target.parent.glob(f".{glob.escape(target.name)}.*partial"))
    with TemporaryDirectory(
        prefix=f".{target.name}.", suffix=".partial", dir=target.parent
    ) as folder:
        draft = Path(folder) / target.name
        if is_zip:
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as bundle:
                yield partial(_add_to_zip, bundle, top)
        else:
            draft.mkdir()
            yield partial(_add_to_folder, draft)
            # Another export to the same place may have ended meanwhile.
            _check_is_free(target)
        draft.replace(target)


def _add_to_zip(bundle: zipfile.ZipFile, top: str, name: str, content: str | bytes) -> None:
    # Its date and its permissions are those of the zip file, not readable by the owner only.
    entry = zipfile.ZipInfo.from_file(
        str(bundle.filename), f"{top}/{name}", strict_timestamps=False
    )
    entry.compress_type = zipfile.ZIP_DEFLATED
    bundle.writestr(entry, content)


def _add_to_folder(folder: Path, name: str, content: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def _check_is_free(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ExportError(
            f"An export needs a new or an empty folder. There is something at {target}. "
            "Name another folder, or a file that ends in .zip."
        )
