"""Images of figures, drawn by a Chrome or Chromium of this machine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dec_core.errors import ExportError
from dec_core.processes.own_thread import run_apart

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


def draw_images(images: Sequence[Image], progress: DrawnSoFar) -> list[bytes]:
    """Draw all images in one browser, one after the other; ``progress`` is called before each.

    Raises
    ------
    ExportError
        If there is no browser, or it fails.
    """
    if not images:
        return []
    browser = find_browser()
    if browser is None:
        raise ExportError(missing_browser())
    import kaleido

    async def draw() -> list[bytes]:
        # Without MathJax, or it would be fetched from the network; without a limit of time,
        # because everything else on the machine goes first.
        page = kaleido.PageGenerator(mathjax=False)
        page.header += _WHOLE_PAGE
        async with kaleido.Kaleido(path=browser, page_generator=page, timeout=None) as opened:
            _lower_priority(opened.subprocess.pid)
            drawn: list[bytes] = []
            for image in images:
                progress(len(drawn), len(images))
                drawn.append(await opened.calc_fig(image.figure, image.options))
            return drawn

    try:
        return run_apart(draw)
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise ExportError(
            f"The browser must draw {len(images)} images. {browser} failed: {reason}. "
            "Name another Chrome or Chromium with DEC_CHROMIUM, or save HTML, CSV or SVG."
        ) from error


def _lower_priority(browser: int) -> None:
    """As low as our own.

    A browser begins a session, and Linux shares the processors out to sessions first.
    """
    own = Path(f"/proc/{browser}/autogroup")
    with contextlib.suppress(OSError):
        if own.exists() and os.nice(0) > 0:
            own.write_text(str(os.nice(0)), encoding="ascii")


def missing_browser() -> str:
    """Why there are no images, as a sentence."""
    named = os.environ.get("DEC_CHROMIUM") or os.environ.get("BROWSER_PATH")
    where = f"There is none at {named}" if named else "No browser was found on this machine"
    return (
        f"PNG, SVG and PDF need a Chrome or Chromium. {where}. Install one or set DEC_CHROMIUM to "
        "its path. HTML and CSV need none, nor do PNG and SVG from the plot's own bar."
    )
