"""``python -m dec_core runs export``: a run for other programs."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dec_core.cli.training import EXIT_ENDED, ProgressLine
from dec_core.errors import SettingsError
from dec_core.store.printable import printable

if TYPE_CHECKING:
    from dec_core.export.figures import FigureFormat
    from dec_core.export.paper import FigureSize


def add_export_options(parser: argparse.ArgumentParser) -> None:
    """What is written, and where."""
    parser.add_argument(
        "--to",
        type=Path,
        metavar="PATH",
        help="a .zip file, a folder, or a file for one part alone; ID.zip unless given",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PART",
        help="such as movie.mp4, labels or figures; repeatable; everything unless given",
    )
    figures = parser.add_argument_group("figures")
    figures.add_argument(
        "--formats",
        metavar="LIST",
        help="any of png,svg,pdf,html,csv; all of them unless given",
    )
    figures.add_argument(
        "--width", type=float, help="width of an image; one or two columns of a paper unless given"
    )
    figures.add_argument("--height", type=float, help="height of an image")
    figures.add_argument(
        "--unit",
        choices=("mm", "px"),
        default="mm",
        help="unit of width and height; mm unless given",
    )
    figures.add_argument(
        "--dots-per-inch", type=float, metavar="DOTS", help="resolution of a PNG; 300 unless given"
    )
    figures.add_argument(
        "--font-size", type=float, help="size of the letters in points; 7 unless given"
    )
    figures.add_argument(
        "--no-title", action="store_true", help="leave out the title and the line below it"
    )
    film = parser.add_argument_group("film")
    film.add_argument(
        "--film-width",
        type=int,
        metavar="PIXELS",
        help="width of the film: 500, 760 or 1000; 760 unless given",
    )


def export(options: argparse.Namespace) -> int:
    """Write the run; parts that cannot be made are named with the reason."""
    from dec_core.export.bundle import export_run
    from dec_core.export.film import FILM_WIDTH
    from dec_core.processes.job_process import step_back
    from dec_core.store.store import RunStore

    # A run may train meanwhile, here as on the pages.
    step_back()
    line = ProgressLine()
    try:
        exported = export_run(
            RunStore(options.runs_dir),
            options.run_id,
            options.to or Path(f"{options.run_id}.zip"),
            only=options.only,
            formats=_formats(options.formats),
            size=_size(options),
            has_title=not options.no_title,
            film_width=options.film_width or FILM_WIDTH,
            progress=lambda name, done, total: line.show(f"{done} of {total}: {name}"),
        )
    finally:
        line.clear()
    for sentence in exported.left_out:
        print(f"left out: {printable(sentence)}", file=sys.stderr)
    path = str(exported.path.absolute())
    if options.json:
        result = {"run_id": options.run_id, "path": path, "left_out": list(exported.left_out)}
        print(json.dumps(result))
    else:
        print(path)
    return EXIT_ENDED


def _formats(text: str | None) -> tuple[FigureFormat, ...]:
    from dec_core.export.figures import FigureFormat

    if text is None:
        return tuple(FigureFormat)
    try:
        return tuple(FigureFormat(name.strip().lower()) for name in text.split(","))
    except ValueError:
        raise SettingsError(
            f"--formats needs some of {','.join(FigureFormat)}. Received {text!r}. "
            "Write for example --formats pdf,csv."
        ) from None


def _size(options: argparse.Namespace) -> FigureSize | None:
    """What was given, the rest as for one column; None lets every figure choose."""
    from dec_core.export.paper import FigureSize

    given = {
        name: value
        for name in ("width", "height", "dots_per_inch", "font_size")
        if (value := getattr(options, name)) is not None
    }
    if not given:
        return None
    if ("width" in given) != ("height" in given):
        raise SettingsError("--width and --height belong together. Received one. Give both.")
    return FigureSize(**given, unit=options.unit)
