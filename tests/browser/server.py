"""A real server of the app on a free port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.error import URLError

ROOT = Path(__file__).resolve().parents[2]
# Beside those that it always serves; an address of version 6 needs no brackets here.
ALLOWED_HOSTS = "lab.example:80, fd00::5,"
_PATIENCE = 240
# Another program may take the free port before the server does.
_TRIES = 3


@contextmanager
def running_server(log: Path, end: signal.Signals = signal.SIGTERM) -> Iterator[str]:
    """Start ``streamlit run app.py``, yield its address, end it by that signal.

    Its runs lie beside ``log``, where a second server finds them.
    """
    with log.open("wb") as output:
        for _ in range(_TRIES):
            port = _free_port()
            process = _start(port, output, log.parent / "runs")
            try:
                address = f"http://127.0.0.1:{port}"
                if not _answers(address, process):
                    continue
                yield address
                return
            finally:
                _end(process, end)
    raise RuntimeError(f"The server ended with status {process.returncode}. See {log}.")


def _start(port: int, output: IO[bytes], runs: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    return subprocess.Popen(
        [*command, f"--server.port={port}"],
        cwd=ROOT,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={
            **os.environ,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "DEC_RUNS_DIR": str(runs),
            "DEC_ALLOWED_HOSTS": ALLOWED_HOSTS,
        },
    )


def _end(process: subprocess.Popen[bytes], end: signal.Signals) -> None:
    process.send_signal(end)
    try:
        process.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait for the first answer; False where the server ends before it."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
            return True
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer within {_PATIENCE} s.")
