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

Process = subprocess.Popen[bytes]

ROOT = Path(__file__).resolve().parents[2]
# Beside those that it always serves; an address of version 6 needs no brackets here.
ALLOWED_HOSTS = "lab.example:80, fd00::5,"
_PATIENCE = 240
# Another program may take the free port before the server does.
_TRIES = 3


@contextmanager
def running_server(
    log: Path,
    end: signal.Signals = signal.SIGTERM,
    *,
    by_itself: bool = False,
    threads: int = 1,
    has_umap: bool = False,
) -> Iterator[str]:
    """Start ``streamlit run app.py``, yield its address, end it by that signal.

    ``python app.py`` if it runs ``by_itself``. Its runs lie beside ``log``, where a second server
    finds them. ``threads`` is what TensorFlow uses for one operation; 0 leaves that to it. It
    starts the UMAP process early if it ``has_umap``, which steps back: it takes a core for 15 s.
    """
    with log.open("wb") as output:
        for _ in range(_TRIES):
            port = _free_port()
            environment = {
                # A run that trains on and on leaves a core to the browser and to other tests.
                "TF_NUM_INTRAOP_THREADS": str(threads),
                "DEC_EARLY_UMAP": str(int(has_umap)),
                "DEC_STEP_BACK": str(int(has_umap)),
            }
            process = _start(port, output, log.parent, environment, by_itself=by_itself)
            try:
                address = f"http://127.0.0.1:{port}"
                if not _answers(address, process):
                    continue
                yield address
                return
            finally:
                _end(process, end)
    raise RuntimeError(f"The server ended with status {process.returncode}. See {log}.")


def _start(
    port: int, output: IO[bytes], folder: Path, environment: dict[str, str], *, by_itself: bool
) -> Process:
    options = [f"--server.port={port}", "--server.headless=true"]
    command, home = ["-m", "streamlit", "run", "app.py", *options], {}
    if by_itself:
        # Without options, the port stands in the settings of the user.
        settings = folder / "home" / ".streamlit" / "config.toml"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(f"[server]\nport = {port}\nheadless = true\n")
        command, home = ["app.py"], {"HOME": str(folder / "home")}
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={
            **os.environ,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "DEC_RUNS_DIR": str(folder / "runs"),
            "DEC_ALLOWED_HOSTS": ALLOWED_HOSTS,
            **environment,
            **home,
        },
    )


def _end(process: Process, end: signal.Signals) -> None:
    if process.poll() is not None:
        return
    # Whoever is in a hurry asks twice.
    process.send_signal(end)
    process.send_signal(end)
    try:
        process.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
    expected = -end if end is signal.SIGKILL else 0
    if process.returncode != expected:
        raise RuntimeError(f"The server ended with status {process.returncode}, not {expected}.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str, process: Process) -> bool:
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
