"""Processes of our own: they find this package wherever the server was started."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_ROOT = str(Path(__file__).absolute().parents[2])


def command_of(module: str) -> list[str]:
    """The command that runs a module; what lies in the current folder is not imported."""
    return [sys.executable, "-P", "-m", module]


def environment() -> dict[str, str]:
    """Our own, with the folder that holds this package first among those of the modules."""
    others = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (_ROOT, others)))}
