"""What is refused before it is unfolded, as it needs more memory than there is."""

from __future__ import annotations

from dec_core.errors import DataError
from dec_core.machine import memory_bytes

# Of a number as the model takes it.
FLOAT32 = 4


def check_fits(n_bytes: int, what: str) -> None:
    """Raise DataError if ``what``, as "wine.csv with 10 rows", needs more memory than there is."""
    available = memory_bytes()
    if available is not None and n_bytes > available:
        raise DataError(
            f"{what} would need {in_bytes(n_bytes)} of memory. This machine has "
            f"{in_bytes(available)}. Save a part of it as a smaller file."
        )


def in_bytes(size: int) -> str:
    """A number of bytes in words."""
    return f"{size / 2**30:,.1f} GiB" if size >= 2**29 else f"{size:,} bytes"
