"""Libraries that the pages and the background both need, loaded before either begins.

Streamlit and plotly look whether pandas is loaded before they use it, and find it as soon as its
import has begun on another thread, before it holds anything. What only one side needs may load
whenever it is wanted.
"""

from __future__ import annotations

import threading
from importlib import import_module

# The first brings pyarrow with it; the others are all that pages use of these libraries besides.
SHARED = ("pandas", "pyarrow.pandas_compat", "pyarrow.vendored.version", "PIL.ImageFile")

_lock = threading.Lock()


def load_shared_libraries() -> None:
    """Load them, once, or wait until another thread has done so."""
    with _lock:
        for name in SHARED:
            import_module(name)
