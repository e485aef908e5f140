"""``python -m tests``: the browser if it is missing, the style checks, the types, every test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser.chromium import find_chromium

_CHECKS = (
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    ["pytest"],
)


def main(arguments: list[str]) -> int:
    """Run all checks; the exit status is the first one that failed. Arguments go to pytest."""
    os.chdir(Path(__file__).resolve().parents[1])
    if find_chromium() is None:
        _install_chromium()
    for check in _CHECKS:
        command = [sys.executable, "-m", *check, *(arguments if check == ["pytest"] else [])]
        print(f"$ {' '.join(command[1:])}", flush=True)
        status = subprocess.run(command, check=False).returncode
        if status:
            return status
    return 0


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
