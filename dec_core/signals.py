"""How a process ends at SIGTERM and at Ctrl-C: in order, and with a status of its own."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Ended(SystemExit):
    """A signal has asked for the end; ``code`` is what a shell calls that: 143 or 130."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


def end_on_signals() -> None:
    """From now on a signal raises ``Ended``."""
    _handle(_not_ignored(), _end_at_once)


def run_command(command: Callable[[], int | None]) -> int:
    """Run a command at the end of which the process ends; a signal ends it with ``Ended``."""
    handled = _not_ignored()
    end_on_signals()
    try:
        return command() or 0
    except Ended:
        print("Interrupted.", file=sys.stderr)
        raise
    finally:
        # Nothing is left but the interpreter's own end.
        _handle(handled, signal.SIG_IGN)


class Requests:
    """While a run trains: the first signal stands in ``signal``, the next one ends it at once."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self._before: dict[int, Any] = {}

    def begin(self) -> None:
        """From now on there is something that should come to an end in order."""
        if not self._before:
            self._before = {number: signal.getsignal(number) for number in _not_ignored()}
            _handle(self._before, self._note)

    def end(self) -> NoReturn:
        """Do what was asked for. Raises Ended."""
        _end_at_once(self.signal or signal.SIGTERM, None)

    def close(self) -> None:
        """Handle signals as before, unless one has ended the command."""
        for number, handler in self._before.items():
            if signal.getsignal(number) is not signal.SIG_IGN:
                _handle([number], handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.signal is not None:
            _end_at_once(number, frame)
        self.signal = number


def _end_at_once(number: int, _: FrameType | None) -> NoReturn:
    # What remains to be done takes a moment, and another signal would cut it short.
    _handle(_not_ignored(), signal.SIG_IGN)
    raise Ended(number)


def _not_ignored() -> list[int]:
    """Whoever starts a process in the background may have asked to ignore Ctrl-C."""
    return [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]


def _handle(numbers: Any, handler: Any) -> None:
    for number in numbers:
        # Only the main thread may, and only it is interrupted.
        with contextlib.suppress(ValueError):
            signal.signal(number, handler)
