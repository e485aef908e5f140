"""From settings to a stored run: what every thread, process and command does to train one."""

from __future__ import annotations

import gc
import shutil
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from dec_core.config import Config
from dec_core.errors import DECLabError, RunError
from dec_core.events.events import ArrayEvent, Event, RunFailed, WarningRaised
from dec_core.events.frames import Frames
from dec_core.events.view import View, fold
from dec_core.store.memory_recorder import MemoryRecorder
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore

if TYPE_CHECKING:
    from dec_core.data import Dataset
    from dec_core.training.checkpoint import Pretrained
    from dec_core.training.requests import EndCondition
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


def new_recorder(store: RunStore, config: Config, preset: str) -> Recorder | MemoryRecorder:
    """A recorder for a new run; one in memory, with the reason, where the disk refuses."""
    try:
        run_id = store.create(config, preset)
        try:
            return Recorder(store, run_id)
        except RunError:
            shutil.rmtree(store.folder(run_id), ignore_errors=True)
            raise
    except (OSError, RunError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return MemoryRecorder(
            config,
            f"This run cannot be saved: {reason} ({store.root}). It trains in memory only. "
            "Name a folder that can be written with DEC_RUNS_DIR.",
            store,
        )


def train_to_store(
    config: Config,
    store: RunStore,
    preset: str,
    follow: Callable[[Advance], None] = lambda _: None,
) -> str:
    """Train one run into the store to its end; returns its id.

    Parameters
    ----------
    follow : called after every event

    Raises
    ------
    OSError
        If the store cannot be written.
    DECLabError
        As ``train_recorded``.
    """
    recorder = Recorder(store, store.create(config, preset))
    train_recorded(recorder, follow)
    return recorder.run_id


def train_recorded(
    recorder: Recorder | MemoryRecorder,
    follow: Callable[[Advance], None] = lambda _: None,
    *,
    dataset: Dataset | None = None,
    pretrained: Pretrained | None = None,
) -> None:
    """Train the run of a recorder to its end and give the recorder back, whatever happens.

    A failure is stored; a new run that could not begin, as its data are not there, damaged or do
    not fit its settings, is removed.

    Parameters
    ----------
    follow : called after every event
    dataset : instead of the data that the settings name
    pretrained : an autoencoder for these data and settings, instead of pretraining

    Raises
    ------
    DECLabError
        If the data are missing or do not fit.
    """
    view = View()
    try:
        for advance in execute(recorder, dataset=dataset, pretrained=pretrained):
            view = advance.view
            follow(advance)
    except Exception as error:
        has_begun = view.started is not None
        if isinstance(error, DECLabError) and not has_begun:
            # A new run has nothing to resume; one that has trained can go on where its data are.
            recorder.withdraw()
        else:
            event = failure_of(error)
            recorder.write_failure(event, fold(view, event))
        raise
    finally:
        recorder.close()


def failure_of(error: Exception) -> RunFailed:
    """What a run's log says of the error that is handled at present."""
    sentence = str(error)
    if not isinstance(error, DECLabError):
        sentence = f"Training stopped on an unexpected error: {type(error).__name__}: {error}"
    return RunFailed(sentence, traceback.format_exc())


def execute(
    recorder: Recorder | MemoryRecorder,
    ends_when: EndCondition | None = None,
    *,
    dataset: Dataset | None = None,
    pretrained: Pretrained | None = None,
) -> Iterator[Advance]:
    """Load the data, train and record; a recorder that has a checkpoint goes on from there.

    ``ends_when`` ends the run after an update, see ``TrainingRequests``; the others are as in
    ``train_recorded``.

    Why nothing is saved, a disk that refuses later and what a recorder has to say of a run that
    goes on are raised as warnings.

    Raises
    ------
    DECLabError
        If the data are missing or do not fit.
    """
    trainer = _trainer_for(recorder, dataset, pretrained)
    if ends_when is not None:
        trainer.requests.ends_when = ends_when
    view, frames = recorder.view, recorder.frames
    for event in _with_warnings(trainer.events(), recorder):
        if isinstance(event, ArrayEvent):
            recorder.write_arrays(event)
            continue
        view = fold(view, event)
        recorder.write(event, view, trainer)
        yield Advance(event, view, frames, trainer)


def _with_warnings(events: Iterator[Event], recorder: Recorder | MemoryRecorder) -> Iterator[Event]:
    """The events, and what the recorder has to say once they are written."""
    said = {""}
    for event in events:
        yield event
        if isinstance(event, ArrayEvent):
            continue
        for sentence in (recorder.notice, recorder.problem):
            if sentence not in said:
                said.add(sentence)
                yield WarningRaised(sentence)


def _trainer_for(
    recorder: Recorder | MemoryRecorder, dataset: Dataset | None, pretrained: Pretrained | None
) -> Trainer:
    from dec_core.data import load

    started = perf_counter()
    if dataset is None:
        dataset = load(recorder.config.data, recorder.config.seed)
    seconds = perf_counter() - started
    trainer_of = load_trainer()
    recorder.begin(dataset)
    trainer = trainer_of(
        recorder.config,
        dataset,
        seconds,
        resumption=recorder.resumption,
        pretrained=pretrained or recorder.pretrained(),
    )
    recorder.request_again(trainer)
    return trainer
