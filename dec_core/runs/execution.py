"""From settings to a stored run: what a session and the command line both do."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from dec_core.config import Config
from dec_core.errors import RunError
from dec_core.events.events import Event, FrameTaken, SamplesChosen, WarningRaised
from dec_core.events.frames import Frames, MemoryFrames
from dec_core.events.view import View, fold
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore

if TYPE_CHECKING:
    from dec_core.training.trainer import Trainer


class Advance(NamedTuple):
    """An event, the run after it and the trainer that may be commanded now."""

    event: Event
    view: View
    frames: Frames
    trainer: Trainer


@cache
def load_trainer() -> type[Trainer]:
    """Load TensorFlow, which takes seconds, and spare the garbage collector its objects.

    They live as long as the process, and a single visit to all of them takes a quarter second.
    """
    from dec_core.training.trainer import Trainer

    gc.freeze()
    return Trainer


def new_recorder(store: RunStore, config: Config, preset: str) -> tuple[Recorder | None, str]:
    """A recorder for a new run; none, with the reason, where the folder cannot be written."""
    try:
        run_id = store.create(config, preset)
        try:
            return Recorder(store, run_id), ""
        except RunError:
            shutil.rmtree(store.folder(run_id), ignore_errors=True)
            raise
    except (OSError, RunError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return None, (
            f"This run cannot be saved: {reason} ({store.root}). It trains in memory only. "
            "Name a folder that can be written with DEC_RUNS_DIR."
        )


def execute(config: Config, recorder: Recorder | None, problem: str = "") -> Iterator[Advance]:
    """Load the data, train and record; a recorder that has a checkpoint goes on from there.

    ``problem`` says why there is no recorder; it is raised as a warning, as are a disk that
    refuses later and what a recorder has to say of a run that goes on.

    Raises
    ------
    DECLabError
        If the data are missing or do not fit.
    """
    from dec_core.data import load

    started = perf_counter()
    dataset = load(config.data, config.seed)
    seconds = perf_counter() - started
    trainer_of = load_trainer()
    if recorder is None:
        trainer, view = trainer_of(config, dataset, seconds), View()
    else:
        recorder.begin(dataset)
        view = recorder.view
        trainer = trainer_of(
            recorder.config,
            dataset,
            seconds,
            resumption=recorder.resumption,
            pretrained=recorder.pretrained(),
        )
        recorder.request_again(trainer)
    frames = MemoryFrames() if recorder is None else recorder.frames
    said: set[str] = set()
    for event in trainer.events():
        if isinstance(event, SamplesChosen | FrameTaken):
            frames.take(event) if recorder is None else recorder.write_arrays(event)
            continue
        view = fold(view, event)
        if recorder is not None:
            recorder.write(event, view, trainer)
            problem = recorder.problem
        yield Advance(event, view, frames, trainer)
        for sentence in (recorder.notice if recorder else "", problem):
            if not sentence or sentence in said:
                continue
            said.add(sentence)
            warning = WarningRaised(sentence)
            view = fold(view, warning)
            if recorder is not None:
                recorder.write(warning, view, trainer)
            yield Advance(warning, view, frames, trainer)
