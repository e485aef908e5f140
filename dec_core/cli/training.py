"""A run on the command line: progress on the terminal, the result as text or JSON."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import TYPE_CHECKING, Any, NoReturn

from dec_core.config import Config
from dec_core.errors import DataUnavailableError, DECLabError, SettingsError
from dec_core.signals import Requests

if TYPE_CHECKING:
    from dec_core.events.events import Event
    from dec_core.events.frames import Frames, Labels
    from dec_core.events.view import View
    from dec_core.store.recorder import Recorder
    from dec_core.training.trainer import Trainer

EXIT_ENDED, EXIT_FAILED, EXIT_WRONG_SETTING = 0, 1, 2


def train_run(
    config: Config, preset: str, recorder: Recorder | None, *, as_json: bool, problem: str = ""
) -> int:
    """Train to the end, from a checkpoint where the recorder has one.

    ``problem`` says why there is no recorder.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from dec_core.events.events import WarningRaised
    from dec_core.events.frames import MemoryFrames
    from dec_core.events.view import View
    from dec_core.runs.execution import execute

    if recorder is not None:
        print(recorder.run_id if as_json else f"Run {recorder.run_id}", flush=True)
    progress, view = ProgressLine(), View()
    frames: Frames = MemoryFrames()
    requests = Requests()
    try:
        for moment in execute(config, recorder):
            event, view, frames, trainer = moment
            requests.begin()
            if isinstance(event, WarningRaised):
                progress.clear()
                print(f"warning: {event.message}", file=sys.stderr, flush=True)
            elif not as_json:
                _show(event, view, progress)
            if requests.signal is not None and not view.is_over:
                _interrupt(requests, recorder, trainer)
    except SettingsError:
        # Settings that do not fit the data never will: there is nothing to resume.
        if recorder is not None:
            recorder.withdraw()
        raise
    except Exception as error:
        # A run that has trained can go on where its data are.
        may_pass = isinstance(error, DataUnavailableError)
        if recorder is not None and not (may_pass and recorder.has_trained):
            _keep_failure(recorder, view, error)
        raise
    finally:
        progress.clear()
        if recorder is not None:
            recorder.close()
        requests.close()
    if as_json:
        newest = frames.labels(len(view.updates) - 1) if view.updates else None
        print(json.dumps(summary(preset, config, view, newest, recorder=recorder, problem=problem)))
    return EXIT_ENDED


def _interrupt(requests: Requests, recorder: Recorder | None, trainer: Trainer) -> NoReturn:
    """Keep the run as it stands. Raises Ended."""
    if recorder is not None:
        recorder.write_checkpoint(trainer)
    requests.end()


def _keep_failure(recorder: Recorder, view: View, error: Exception) -> None:
    """Store why the run failed, in the words of the app."""
    from dec_core.events.events import RunFailed
    from dec_core.events.view import fold

    sentence = str(error)
    if not isinstance(error, DECLabError):
        sentence = f"Training stopped on an unexpected error: {type(error).__name__}: {error}"
    event = RunFailed(sentence, traceback.format_exc())
    recorder.write_failure(event, fold(view, event))


class ProgressLine:
    """One line on a terminal that is written over; nothing where stderr is a file."""

    def show(self, text: str) -> None:
        """Write over what stands there."""
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave nothing."""
        self.show("")


def _show(event: Event, view: View, progress: ProgressLine) -> None:
    from dec_core.events import events
    from dec_core.events.log_text import log_line, true_scores

    match event:
        case events.PretrainingReused():
            print("The autoencoder was pretrained by an earlier run.")
        case events.PretrainingEpochEnded():
            filled = round(30 * event.epoch / event.epochs)
            bar = "=" * filled + "-" * (30 - filled)
            progress.show(f"pretraining [{bar}] {event.epoch}/{event.epochs} loss {event.loss:.4f}")
        case events.Progress(phase=events.Phase.KMEANS):
            progress.show(f"k-means restart {event.done} of {event.total}")
        case events.CentersInitialized():
            progress.clear()
            print(f"k-means start: {true_scores(event.measures) or 'no true labels'}")
        case events.TargetUpdated():
            progress.clear()
            line = log_line(event, view.config.clustering.max_iterations)
            print("   ".join(filter(None, (line, true_scores(event.measures)))), flush=True)
        case events.RunFinished():
            progress.clear()
            print(event.judgement.sentence)


def summary(
    preset: str,
    config: Config,
    view: View,
    labels: Labels | None = None,
    *,
    recorder: Recorder | None = None,
    problem: str = "",
) -> dict[str, Any]:
    """The result of a finished run as plain JSON values; null where there is nothing to say.

    It has every measure of the last update by its name, and those of the k-means start as
    ``kmeans_...``. ``labels`` (n_samples,) are those of the last update. ``run_dir`` is named
    where the whole run is stored; ``problem`` says why it is not.
    """
    from dec_core.events.outcome import (
        labels_sha256,
        last_measures,
        start_measures,
        without_nan,
    )

    finished = view.finished
    if finished is None or view.started is None:
        raise DECLabError("A summary needs a finished run. Received one that still trains.")
    judged = finished.judgement.verdict
    problem = recorder.problem if recorder else problem
    is_stored = recorder is not None and not problem
    values = {
        "run_id": recorder.run_id if recorder else None,
        "run_dir": str(recorder.store.root / recorder.run_id) if recorder and is_stored else None,
        "stored": is_stored,
        "problem": problem or None,
        "preset": preset,
        "dataset": view.started.dataset_name,
        "n_samples": view.started.n_samples,
        "seed": config.seed,
        "verdict": judged.value if judged else None,
        "stop_reason": finished.stop_reason.value,
        "sentence": finished.judgement.sentence,
        "iterations": finished.iterations,
        "updates": len(view.updates),
        **last_measures(view),
        **start_measures(view),
        "labels_sha256": None if labels is None else labels_sha256(labels),
        "seconds": {phase.value: round(s, 3) for phase, s in finished.seconds.items()},
    }
    return without_nan(values)
