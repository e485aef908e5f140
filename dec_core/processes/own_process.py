"""Processes of our own: each runs a module of this package, with messages to and from it.

Messages are pickled: both ends are this program, of the same version.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, cast

_ROOT = str(Path(__file__).absolute().parents[2])


class OwnProcess(subprocess.Popen[bytes]):
    """A process that runs ``module``, wherever the server was started.

    What lies in the current folder is not imported.
    """

    def __init__(self, module: str) -> None:
        folders = filter(None, (_ROOT, os.environ.get("PYTHONPATH")))
        super().__init__(
            [sys.executable, "-P", "-m", module],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C in a terminal is for the server, which ends this process itself.
            process_group=0,
        )

    def send(self, message: Any) -> None:
        """Write a message to it. Raises OSError if it has ended."""
        send(cast(IO[bytes], self.stdin), message)

    def receive(self) -> Any:
        """Wait for its next message. Raises EOFError if it has ended."""
        try:
            return pickle.load(cast(IO[bytes], self.stdout))
        except pickle.UnpicklingError as error:
            raise EOFError("The process ended within a message.") from error

    def end(self) -> None:
        """Kill it and close its pipes."""
        self.kill()
        self.communicate()


def yields() -> bool:
    """Whether processes beside training step back behind it: always but for ``DEC_STEP_BACK=0``.

    On a machine whose cores are never idle, one that steps back may not come to its end.
    """
    return os.environ.get("DEC_STEP_BACK") != "0"


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message."""
    pickle.dump(message, stream)
    stream.flush()


def streams() -> tuple[IO[bytes], IO[bytes]]:
    """Inside such a process: where messages come from and where answers go.

    What a library prints from now on goes to standard error, not between the answers.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, answers
