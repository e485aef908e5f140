"""Files as former versions wrote them."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_z(path: Path, array: NDArray[Any]) -> None:
    """One array: a line of its type and shape, and its bytes compressed."""
    header = f"{array.dtype.str} {','.join(map(str, array.shape))}\n".encode()
    path.write_bytes(header + zlib.compress(np.ascontiguousarray(array).tobytes(), 1))
