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
from urllib.error import URLError

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 240


@contextmanager
def running_server(log: Path, end: signal.Signals = signal.SIGTERM) -> Iterator[str]:
    """Start ``streamlit run app.py``, yield its address, end it by that signal.

    Its runs lie beside ``log``, where a second server finds them.
    """
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, f"--server.port={port}"],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "TF_CPP_MIN_LOG_LEVEL": "3",
                "DEC_RUNS_DIR": str(log.parent / "runs"),
            },
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_it_answers(address, process)
            yield address
        finally:
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


def _wait_until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with status {process.returncode}.")
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer within {_PATIENCE} s.")
