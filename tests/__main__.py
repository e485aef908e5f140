"""``python -m tests``: the browser if it is missing, the style checks, the types, every test.

Tests run two at a time, and the types are checked beside them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser.chromium import find_chromium

_STYLE = (["ruff", "check", "."], ["ruff", "format", "--check", "."])
# A file's tests stay together, in this order: the longest do not come last.
_TESTS = [
    *("pytest", "-m", "not campaign"),
    *("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"),
]


def main(arguments: list[str]) -> int:
    """Run all checks; the exit status is the first one that failed. Arguments go to pytest."""
    os.chdir(Path(__file__).resolve().parents[1])
    if find_chromium() is None:
        _install_chromium()
    for check in _STYLE:
        if status := _start(check).wait():
            return status
    # Both, so that one fault does not hide another.
    types = _start(["mypy"])
    status = _start([*_TESTS, *arguments]).wait()
    return types.wait() or status


def _start(check: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", *check]
    print(f"$ {' '.join(command[1:])}", flush=True)
    return subprocess.Popen(command)


def _install_chromium() -> None:
    """With Debian's package manager where there is one and we may, else with playwright."""
    if shutil.which("apt-get"):
        administrator = [] if os.geteuid() == 0 else ["sudo"]
        for step in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            subprocess.run([*administrator, "apt-get", *step], check=True)
        return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
