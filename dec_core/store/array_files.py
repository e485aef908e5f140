"""Arrays and small texts in files that are either whole or not there."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import shutil
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from typing_extensions import Buffer

from dec_core.data.ordinary_files import open_ordinary
from dec_core.errors import RunError

# What a process that was killed has left is this old; nothing takes so long to write.
STALE_SECONDS = 86_400

Array = NDArray[Any]

# A type and the lengths of a few dimensions.
LONGEST_HEADER = 200

# No array of a run is larger; a damaged header may promise anything.
LARGEST_ARRAY = 2**29

# No file of a run is larger; whatever lies in its place may be endless.
LARGEST_FILE = 2**31


def write_whole(path: Path, content: bytes) -> None:
    """Write under another name, then rename.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; ``path`` is then as it was.
    """
    with _draft_of(path) as stream:
        stream.write(content)


def append_whole(stream: IO[bytes], *parts: Buffer) -> None:
    """Add to the end of an unbuffered file.

    Raises
    ------
    OSError
        If the file was removed or the disk is full; nothing was added then, as far as the disk
        lets it be taken back.
    """
    status = os.fstat(stream.fileno())
    if status.st_nlink == 0:
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
    try:
        if os.writev(stream.fileno(), parts) != sum(memoryview(part).nbytes for part in parts):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError:
        with contextlib.suppress(OSError):
            stream.truncate(status.st_size)
        raise


def read_whole(path: Path) -> bytes:
    """All of a file, where it is one that a run may hold.

    Raises
    ------
    OSError
        If it is missing, cannot be read, or is no ordinary file: reading could never end.
    ValueError
        If it is larger than any file of a run.
    """
    with open_bounded(path) as stream:
        return stream.read()


def open_bounded(path: Path) -> IO[bytes]:
    """A file of a run, to be read from begin to end. Raises as ``read_whole`` does."""
    stream = open_ordinary(path)
    size = os.fstat(stream.fileno()).st_size
    if size > LARGEST_FILE:
        stream.close()
        raise ValueError(f"it has {size:,} bytes")
    return stream


def remove_drafts(folder: Path) -> None:
    """Remove what writers that died have left under a folder that nobody writes now."""
    for path in folder.rglob(".*.draft"):
        path.unlink(missing_ok=True)


def remove_stale(paths: Iterable[Path]) -> None:
    """Remove files and folders that nobody has touched for a day, as far as that can be done."""
    for path in paths:
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - STALE_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Named arrays in NumPy's npz format, whole or not at all. Raises OSError."""
    with _draft_of(path) as stream:
        np.savez(stream, allow_pickle=False, **arrays)


@contextlib.contextmanager
def _draft_of(path: Path) -> Iterator[IO[bytes]]:
    """What is written becomes the file at the end; where that fails, nothing is left of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with open_ordinary(draft, "wb") as stream:
            yield stream
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """What ``write_arrays`` wrote.

    Raises
    ------
    RunError
        If the file is missing or damaged.
    """
    try:
        with open_bounded(path) as stream, np.load(stream, allow_pickle=False) as stored:
            if any(member.compress_type for member in stored.zip.infolist()):
                raise ValueError("its arrays are compressed")
            return {name: stored[name] for name in stored.files}
    except Exception as error:  # a single flipped bit has raised a dozen kinds
        raise RunError(damaged(path, error)) from error


def write_compressed(path: Path, array: NDArray[Any]) -> None:
    """One array, compressed as far as costs little time. Raises OSError."""
    header = f"{array.dtype.str} {format_shape(array)}\n".encode()
    # Measured numbers shrink by a tenth only, and that takes longer than all the rest.
    level = 0 if array.dtype.kind == "f" else 1
    write_whole(path, header + zlib.compress(np.ascontiguousarray(array).tobytes(), level))


def read_compressed(path: Path) -> NDArray[Any]:
    """What ``write_compressed`` wrote.

    Raises
    ------
    RunError
        If the file is missing or damaged.
    """
    array = read_if_there(path)
    if array is None:
        raise RunError(missing(path))
    return array


def read_if_there(path: Path) -> NDArray[Any] | None:
    """What ``write_compressed`` wrote; None where the file is missing.

    Raises
    ------
    RunError
        If the file is damaged.
    """
    try:
        return _decompressed(read_whole(path))
    except FileNotFoundError:
        return None
    except Exception as error:  # see read_arrays
        raise RunError(damaged(path, error)) from error


def _decompressed(content: bytes) -> NDArray[Any]:
    end = content.index(b"\n", 0, LONGEST_HEADER)
    header, compressed = content[:end], content[end + 1 :]
    name, _, lengths = header.decode("ascii").partition(" ")
    kind, shape = np.dtype(name), parse_shape(lengths)
    expected = kind.itemsize * math.prod(shape)
    if expected > LARGEST_ARRAY:
        raise ValueError(f"its shape is {lengths[:40]}")
    # One byte more than there should be, so that a file cannot grow without bound.
    decoder = zlib.decompressobj()
    values = decoder.decompress(compressed, expected + 1)
    if len(values) != expected or not decoder.eof:
        raise ValueError("it does not hold what its header says")
    return np.frombuffer(values, kind).reshape(shape)


def format_shape(array: NDArray[Any]) -> str:
    """The lengths of an array's dimensions, for a header."""
    return ",".join(map(str, array.shape))


def parse_shape(lengths: str) -> tuple[int, ...]:
    """What ``format_shape`` wrote. Raises ValueError."""
    shape = tuple(map(int, lengths.split(",")))
    if min(shape) < 0:
        raise ValueError(f"its shape is {lengths[:40]}")
    return shape


def damaged(path: Path, error: Exception) -> str:
    """The sentence for a file that cannot be read."""
    if isinstance(error, FileNotFoundError):
        return missing(path)
    return f"{path.name} is damaged ({in_words(error)}). Copy the run again, or delete it."


def missing(path: Path) -> str:
    """The sentence for a file that is not there."""
    return f"The run must hold {path.name}. It is missing. Copy the run again or delete it."


def in_words(error: Exception) -> str:
    """What is wrong with a file; of what pydantic finds, the first."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(error) or type(error).__name__
