"""Where images lie: in a folder or a zip archive, listed without opening one of them."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from dec_core.data.ordinary_files import open_ordinary
from dec_core.data.sources.contents import listed
from dec_core.data.sources.limits import in_bytes
from dec_core.data.sources.packed import opened_zip
from dec_core.errors import DataError

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".gif", ".webp")
_MOST_FILES = 1_000_000
# Of one image before it is decoded.
_LARGEST_FILE = 2**28
# Images are compressed already, so that an archive that unfolds further is made to do harm.
_LARGEST_RATIO, _HARMLESS = 100, 2**30


class ImageFile(NamedTuple):
    """An image by its path within the folder or archive, and how it is opened."""

    name: str
    open: Callable[[], IO[bytes]]


class Listing(NamedTuple):
    """The images of a folder or archive, and how many other files it has."""

    images: list[ImageFile]
    n_others: int


@contextmanager
def image_files(path: Path) -> Iterator[Listing]:
    """All images in the order of their names, to be opened as long as the block lasts.

    Hidden files are passed over, and so are symbolic links to folders.

    Raises
    ------
    DataError
        If there is no image, the archive is damaged, encrypted or unsafe, or a file is too large.
    """
    if path.is_dir():
        yield _checked(path, *_in_folder(path))
        return
    with opened_zip(path, "zip") as archive:
        yield _checked(path, *_in_archive(path, archive))


def walked(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Every ordinary file below a folder that is not hidden.

    Raises
    ------
    DataError
        If there are more than 1,000,000, or a folder cannot be read.
    """
    waiting, n_found = [str(folder)], 0
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_file():
                        yield entry
                        n_found += 1
        except OSError as error:
            raise DataError(
                f"{folder.name} could not be read: {error.strerror or error} "
                f"({Path(error.filename or folder).name}). Check its permissions."
            ) from error
        if n_found > _MOST_FILES:
            raise DataError(
                f"A folder of images must have at most {_MOST_FILES:,} files. {folder.name} has "
                "more. Choose the folder that holds the images."
            )


def _in_folder(folder: Path) -> tuple[list[ImageFile], list[str]]:
    images, others = [], []
    for entry in walked(folder):
        name = os.path.relpath(entry.path, folder)
        if not name.lower().endswith(IMAGE_SUFFIXES):
            others.append(name)
            continue
        _check_size(name, entry.stat().st_size)
        place = Path(entry.path)
        images.append(ImageFile(name, partial(open_ordinary, place)))
    return images, others


def _in_archive(path: Path, archive: zipfile.ZipFile) -> tuple[list[ImageFile], list[str]]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    unfolded = sum(info.file_size for info in infos)
    if unfolded > max(_HARMLESS, _LARGEST_RATIO * path.stat().st_size):
        raise DataError(
            f"{path.name} would unfold to {in_bytes(unfolded)}, more than {_LARGEST_RATIO} times "
            "its size, which no archive of images does. Choose another file."
        )
    images, others = [], []
    for info in infos:
        name = info.filename
        _check_inside(path, name)
        if any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts):
            continue
        if not name.lower().endswith(IMAGE_SUFFIXES):
            others.append(name)
            continue
        _check_size(name, info.file_size)
        images.append(ImageFile(name, partial(archive.open, info)))
    return images, others


def _check_inside(path: Path, name: str) -> None:
    place = PurePosixPath(name.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or place.parts[0].endswith(":"):
        raise DataError(
            f"{path.name} holds the file {name}, whose place lies outside of the archive. Choose "
            "an archive of a folder of images."
        )


def _check_size(name: str, n_bytes: int) -> None:
    if n_bytes > _LARGEST_FILE:
        raise DataError(
            f"An image file must have at most {in_bytes(_LARGEST_FILE)}. {name} has "
            f"{in_bytes(n_bytes)}. Make it smaller, or remove it."
        )


def _checked(path: Path, images: list[ImageFile], others: list[str]) -> Listing:
    if not images:
        found = f"only {listed(sorted(others), 3)}" if others else "no file"
        raise DataError(
            f"{path.name} must hold images: PNG, JPEG, TIFF, BMP, GIF or WebP files. Found "
            f"{found}. Choose another folder or archive, or one file."
        )
    return Listing(sorted(images, key=lambda image: image.name), len(others))
