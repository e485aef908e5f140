"""Images of figures, drawn by a Chrome or Chromium of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dec_core.errors import ExportError
from dec_core.processes.own_thread import run_apart

if TYPE_CHECKING:
    from kaleido import Kaleido

# How long the browser may take to start, for one image, or to end: 2 s of computing at most. Where
# we yield to all other processes, a few thousandths of a processor may be left for that.
_SECONDS_PER_STEP, _SECONDS_PER_STEP_YIELDING = 180.0, 1_800.0

# Printed with kaleido's own margins of 0.1 inch, an image would be moved and its edge cut off.
_WHOLE_PAGE = "<style>@page { margin: 0 } img { display: block }</style>"

# Called with how many images are drawn and how many are wanted.
DrawnSoFar = Callable[[int, int], None]


@dataclass(frozen=True)
class Image:
    """What to draw: a figure as plain JSON values, and kaleido's options.

    These are ``format`` ("png", "svg" or "pdf"), ``width`` and ``height`` in pixels, and ``scale``:
    how many dots of a PNG, or how many 1/96 inch of the others, one of these pixels becomes.
    """

    figure: dict[str, Any]
    options: dict[str, Any]


def find_browser() -> str | None:
    """``DEC_CHROMIUM`` or ``BROWSER_PATH``, one on the path, or where the system keeps it."""
    named = os.environ.get("DEC_CHROMIUM") or os.environ.get("BROWSER_PATH")
    if named:
        return named if Path(named).is_file() else None
    from choreographer.browsers.chromium import Chromium

    return Chromium.find_browser(skip_local=False)


def draw_images(
    images: Sequence[Image],
    progress: DrawnSoFar,
    seconds_per_step: float | None = None,
) -> list[bytes]:
    """Draw all images in one browser, one after the other; ``progress`` is called before each.

    Parameters
    ----------
    seconds_per_step : when the browser takes longer than this to start, or for one image, it is
        ended; without a number, three minutes, or half an hour in a process of low priority

    Raises
    ------
    ExportError
        If there is no browser, it fails, or it does not answer.
    """
    if not images:
        return []
    browser = find_browser()
    if browser is None:
        raise ExportError(missing_browser())
    seconds = seconds_per_step
    if seconds is None:
        seconds = _SECONDS_PER_STEP_YIELDING if _yields() else _SECONDS_PER_STEP
    try:
        return run_apart(lambda: _draw(browser, images, progress, seconds))
    # The error of an image that was not yet drawn when the browser ended.
    except (Exception, asyncio.CancelledError) as error:
        reason = str(error).rstrip(".") or "it ended before all images were drawn"
        raise ExportError(
            f"The browser must draw {len(images)} images. {browser} failed: {reason}. "
            "Name another Chrome or Chromium with DEC_CHROMIUM, or save HTML, CSV or SVG."
        ) from error


async def _draw(
    browser: str, images: Sequence[Image], progress: DrawnSoFar, seconds: float
) -> list[bytes]:
    import kaleido

    # Without MathJax, or it would be fetched from the network. Kaleido's own limit of time covers
    # the drawing alone, not the start, the page's loading between two images, or the end.
    page = kaleido.PageGenerator(mathjax=False)
    page.header += _WHOLE_PAGE
    opened = kaleido.Kaleido(path=browser, page_generator=page, timeout=None)
    limit = _TimeLimit(opened, seconds)
    drawn: list[bytes] = []
    try:
        limit.begin_step()
        async with opened:
            _lower_priority(opened.subprocess.pid)
            for image in images:
                progress(len(drawn), len(images))
                limit.begin_step()
                drawn.append(await opened.calc_fig(image.figure, image.options))
            limit.begin_step()
    except (Exception, asyncio.CancelledError) as error:
        if limit.is_over:
            raise TimeoutError(f"it gave no answer within {seconds:g} seconds") from error
        raise
    finally:
        limit.cancel()
    return drawn


class _TimeLimit:
    """Ends a browser that takes too long for one step.

    Whatever waits for the browser then fails. Cancelling those who wait would not be enough: they
    ask the browser to load its page again, or to close, and wait for that answer.
    """

    def __init__(self, opened: Kaleido, seconds: float) -> None:
        self._opened, self._seconds = opened, seconds
        self._timer: asyncio.TimerHandle | None = None
        self.is_over = False

    def begin_step(self) -> None:
        """The time counts from now on."""
        self.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._end)

    def cancel(self) -> None:
        """The time counts no longer."""
        if self._timer is not None:
            self._timer.cancel()

    def _end(self) -> None:
        process = getattr(self._opened, "subprocess", None)
        if process is None:
            # The system has not yet started it.
            self.begin_step()
            return
        self.is_over = True
        with contextlib.suppress(ProcessLookupError):
            # The browser leads a group with all of its processes, but for Windows.
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()


def _yields() -> bool:
    """Whether this process has a low priority, as that of an export."""
    return hasattr(os, "nice") and os.nice(0) > 0


def _lower_priority(browser: int) -> None:
    """As low as our own.

    A browser begins a session, and Linux shares the processors out to sessions first.
    """
    own = Path(f"/proc/{browser}/autogroup")
    with contextlib.suppress(OSError):
        if own.exists() and _yields():
            own.write_text(str(os.nice(0)), encoding="ascii")


def missing_browser() -> str:
    """Why there are no images, as a sentence."""
    named = os.environ.get("DEC_CHROMIUM") or os.environ.get("BROWSER_PATH")
    where = f"There is none at {named}" if named else "No browser was found on this machine"
    return (
        f"PNG, SVG and PDF need a Chrome or Chromium. {where}. Install one or set DEC_CHROMIUM to "
        "its path. HTML and CSV need none, nor do PNG and SVG from the plot's own bar."
    )
