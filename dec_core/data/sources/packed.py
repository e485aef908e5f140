"""Files that are packed, with gzip or as a zip archive: opened, limited, damage named."""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from dec_core.data.ordinary_files import open_ordinary
from dec_core.data.sources.limits import check_fits
from dec_core.errors import DataError

GZIP_MAGIC = b"\x1f\x8b"
# What the libraries raise for a packed file that is damaged or truncated.
_DAMAGE: tuple[type[Exception], ...] = (
    *(EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile),
    NotImplementedError,
)


class LimitedStream:
    """A stream of unpacked bytes that stops where they would no longer fit the memory.

    A packed file of a few megabytes can unfold to any size, and need not say to which.
    """

    closed = False

    def __init__(self, stream: BinaryIO, path: Path, growth: float) -> None:
        self._stream, self._path, self._growth, self._n_read = stream, path, growth, 0

    def read(self, size: int = -1) -> bytes:
        """The next ``size`` bytes.

        Raises
        ------
        DataError
            If more bytes were read than the machine has memory.
        """
        content = self._stream.read(size)
        self._n_read += len(content)
        check_fits(int(self._n_read * self._growth), f"{self._path.name}, unpacked,")
        return content

    def close(self) -> None:
        """Close what is read from."""
        self.closed = True
        self._stream.close()


@contextmanager
def opened(path: Path, growth: float = 1.0) -> Iterator[BinaryIO]:
    """The bytes of a file as long as the block lasts, unpacked where they are gzipped.

    Whether they are, their beginning tells, not the file's name. ``growth`` is how many bytes of
    memory are taken for each unpacked one.

    Raises
    ------
    DataError
        If the packed bytes are damaged.
    OSError
        As ``open_ordinary``.
    """
    with damage_named(path, "gzip"), open_ordinary(path) as stored:
        is_packed = stored.read(2) == GZIP_MAGIC
        stored.seek(0)
        if not is_packed:
            yield cast(BinaryIO, stored)
            return
        with gzip.GzipFile(fileobj=cast(BinaryIO, stored)) as unpacked:
            yield cast(BinaryIO, LimitedStream(cast(BinaryIO, unpacked), path, growth))


@contextmanager
def opened_zip(path: Path, format_: str) -> Iterator[zipfile.ZipFile]:
    """A zip archive, as long as the block lasts; ``format_`` is what it is called in errors.

    Raises
    ------
    DataError
        If it is damaged, also within a member that the block reads, or encrypted.
    """
    with (
        damage_named(path, format_),
        open_ordinary(path) as stream,
        zipfile.ZipFile(stream) as archive,
    ):
        if any(info.flag_bits & 1 for info in archive.infolist()):
            raise DataError(f"{path.name} is encrypted. Save it without a password.")
        yield archive


@contextmanager
def damage_named(path: Path, format_: str, *others: type[Exception]) -> Iterator[None]:
    """Say of errors that a damaged file leads to, and of ``others``, which file it is.

    Raises
    ------
    DataError
        For each of them.
    """
    try:
        yield
    except (*_DAMAGE, *others) as error:
        found = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise DataError(
            f"{path.name} is damaged: expected a complete {format_} file, found an error "
            f"({found}). Replace it with an undamaged copy."
        ) from error
