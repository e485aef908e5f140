"""``python -m tests``: the browser if it is missing, the style checks, the types, every test.

Tests with a browser, which wait a lot, run beside those without one, which compute; the types
beside both.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tests.browser.chromium import find_chromium

_STYLE = (["ruff", "check", "."], ["ruff", "format", "--check", "."])
# A file's tests stay together, in this order: the longest do not come last.
_BY_TWO = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
# The browser's event loop would stand in the way of other tests in the same process.
_COMPUTING = ["-m", "not browser and not campaign", *_BY_TWO]
_BROWSING = ["-m", "browser and not campaign", *_BY_TWO]
_NOTHING_CHOSEN = 5


def main(arguments: list[str]) -> int:
    """Run all checks; the exit status is the first one that failed. Arguments go to pytest."""
    os.chdir(Path(__file__).resolve().parents[1])
    # Dozens of processes load the same modules.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if find_chromium() is None:
        _install_chromium()
    for check in _STYLE:
        if status := _start(check).wait():
            return status
    types = _start(["mypy"])
    # All, so that one fault does not hide another.
    statuses = _beside(
        ["pytest", *_COMPUTING, *arguments],
        ["pytest", *_BROWSING, *(arguments or ["tests/browser"])],
    )
    if status := types.wait():
        return status
    failed = [status for status in statuses if status not in (0, _NOTHING_CHOSEN)]
    if not failed and 0 not in statuses:
        return _NOTHING_CHOSEN
    return failed[0] if failed else 0


def _beside(check: list[str], other: list[str]) -> tuple[int, int]:
    """Both exit statuses; the second one's lines are printed in one piece after the first's."""
    with TemporaryFile() as said:
        beside = _start(other, said)
        statuses = _start(check).wait(), beside.wait()
        said.seek(0)
        print(f"$ {' '.join(other)}\n{said.read().decode()}", flush=True)
    return statuses


def _start(check: list[str], output: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", *check]
    print(f"$ {' '.join(command[1:])}", flush=True)
    return subprocess.Popen(command, stdout=output)


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
