"""Everything of a run, or chosen parts of it, in one zip file or folder."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from dec_core.errors import DECLabError, ExportError, SettingsError
from dec_core.events.events import Phase
from dec_core.export.bundle_parts import PARTS, File, StoredRun
from dec_core.export.figures import FigureFormat
from dec_core.export.film import FILM_WIDTH, check_film_width
from dec_core.export.paper import FigureSize
from dec_core.export.targets import Exported, OnProgress, opened, refused, write_alone
from dec_core.store.record import RunRecord, RunState
from dec_core.store.store import RunStore

logger = logging.getLogger(__name__)


def export_run(
    store: RunStore,
    run_id: str,
    target: Path,
    *,
    only: Collection[str] = (),
    formats: Collection[FigureFormat] = tuple(FigureFormat),
    size: FigureSize | None = None,
    has_title: bool = True,
    film_width: int = FILM_WIDTH,
    progress: OnProgress = lambda *_: None,
) -> Exported:
    """Write what is known of a run.

    What cannot be made, such as images without a browser, is left out, and the README.txt inside
    says why; one part that fails costs no other. The parts are made one after the other, so that
    a caller can give the whole a low priority. What is written is whole or not there.

    Parameters
    ----------
    target : a zip file if it ends in .zip; a part alone if it ends as the only one chosen does,
        such as .gif; otherwise a new folder
    only : of ``PARTS``; all unless given
    formats, size, has_title : of the figures; see ``render_many``
    film_width : in pixels, one of ``FILM_WIDTHS``

    Raises
    ------
    RunError
        If the run is unknown or damaged.
    SettingsError
        If there is no such part or width of a film.
    ExportError
        If the run still waits or trains, nothing of what was chosen can be made, or the target
        cannot be written.
    """
    chosen = _chosen(only, target)
    check_film_width(film_width)

    def drawn(done: int, wanted: int) -> None:
        step = f"figures, image {done + 1} of {wanted}"
        progress(step, chosen.index("figures"), len(chosen))

    record = _record_at_rest(store, run_id)
    view = store.view(run_id)
    frames = store.frames(run_id, view)
    run = StoredRun(store, record, view, frames, tuple(formats), size, has_title, film_width, drawn)
    try:
        if len(chosen) == 1 and target.suffix == Path(chosen[0]).suffix != "":
            return _write_alone(run, chosen[0], target, progress)
        return _write(run, chosen, target, progress)
    except OSError as error:
        raise refused(target, error) from error


def _chosen(only: Collection[str], target: Path) -> list[str]:
    """The parts of those names, in the order of ``PARTS``; ``labels`` are the two files of that
    name, or the one that ends as the target does."""
    stems = {Path(name).stem for name in PARTS}.difference(PARTS)
    named = {name for name in PARTS if Path(name).stem in stems.intersection(only)}
    alike = {name for name in named if Path(name).suffix == target.suffix}
    only = set(only) - stems | (alike or named)
    unknown = [name for name in only if name not in PARTS]
    if unknown:
        raise SettingsError(
            f"The parts of an export are {', '.join(PARTS)}. Received {', '.join(unknown)}. "
            "Choose among them, or none for all."
        )
    return [name for name in PARTS if not only or name in only]


def _record_at_rest(store: RunStore, run_id: str) -> RunRecord:
    record = store.record(run_id)
    if record.state in (RunState.QUEUED, RunState.RUNNING):
        raise ExportError(
            f"A run that is exported must be over. {run_id} is {record.state.value}. "
            "Stop it first, or wait until it has ended."
        )
    return record


def _write_alone(run: StoredRun, name: str, target: Path, progress: OnProgress) -> Exported:
    progress(name, 0, 1)
    ((_, content),) = _files(run, name)
    write_alone(target, content)
    progress("done", 1, 1)
    return Exported(target)


def _write(run: StoredRun, chosen: list[str], target: Path, progress: OnProgress) -> Exported:
    left_out: list[str] = []
    is_empty = True
    with opened(target, run.record.run_id) as add:
        for done, name in enumerate(chosen):
            progress(name, done, len(chosen))
            try:
                for inside, content in _files(run, name):
                    add(inside, content)
                    is_empty = False
            except DECLabError as error:
                left_out.append(f"{name}: {error}")
        if is_empty:
            raise ExportError(f"Nothing of what was chosen can be exported. {' '.join(left_out)}")
        add("README.txt", _readme(run, chosen, left_out))
    progress("done", len(chosen), len(chosen))
    return Exported(target, tuple(left_out))


def _files(run: StoredRun, name: str) -> Iterator[File]:
    """What makes up a part. Raises DECLabError whatever goes wrong while it is made."""
    try:
        made = PARTS[name].make(run)
        yield from [(name, made)] if isinstance(made, str | bytes) else made
    except DECLabError:
        raise
    except Exception as error:
        logger.exception("%s of run %s failed", name, run.record.run_id)
        raise ExportError(
            f"It failed on an unexpected error: {type(error).__name__}: {error}"
        ) from error


def _readme(run: StoredRun, chosen: list[str], left_out: list[str]) -> str:
    judgement = run.view.judgement
    lines = [
        f"{run.record.name}: a run of DEC Lab",
        judgement.sentence if judgement else "",
        "",
        *(f"{name:16} {PARTS[name].about}" for name in chosen),
    ]
    lines += _about_model(run) if "model.keras" in chosen else []
    if left_out:
        lines += ["", "Left out:", *left_out]
    return "\n".join(lines) + "\n"


def _about_model(run: StoredRun) -> list[str]:
    """A run that was interrupted has a model only where its last checkpoint is."""
    # Whatever keeps them from being read is said where the parts are left out.
    with suppress(Exception):
        checkpoint, labels = run.checkpoint, run.labels
        model = f"The model is that of the last checkpoint, after {checkpoint.iteration:,} gradient"
        if checkpoint.phase is not Phase.CLUSTERING:
            return []
        if labels.iteration > checkpoint.iteration:
            return ["", f"{model} steps. The labels go on to {labels.iteration:,}."]
        if labels.iteration < checkpoint.iteration:
            return ["", f"{model} steps. The newest labels are older: after {labels.iteration:,}."]
    return []
