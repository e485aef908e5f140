"""A run on the command line: progress on the terminal, the result as text or JSON."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from dec_core.errors import DECLabError
from dec_core.signals import Requests

if TYPE_CHECKING:
    from dec_core.events.events import Event
    from dec_core.events.frames import Labels
    from dec_core.events.view import View
    from dec_core.runs.execution import Advance
    from dec_core.store.memory_recorder import MemoryRecorder
    from dec_core.store.recorder import Recorder

EXIT_ENDED, EXIT_FAILED, EXIT_WRONG_SETTING = 0, 1, 2


def train_run(recorder: Recorder | MemoryRecorder, preset: str, *, as_json: bool) -> int:
    """Train to the end, from a checkpoint where the recorder has one."""
    from dec_core.events.events import SignSeen, WarningRaised
    from dec_core.runs.execution import train_recorded
    from dec_core.store.memory_recorder import MemoryRecorder

    problem = recorder.problem
    if problem:
        print(f"warning: {problem}", file=sys.stderr)
    stored = None if isinstance(recorder, MemoryRecorder) else recorder
    if stored is not None:
        print(stored.run_id if as_json else f"Run {stored.run_id}", flush=True)
    requests, progress = Requests(), ProgressLine()

    def follow(advance: Advance) -> None:
        """Show an event. Raises Ended where a signal has asked for the end."""
        requests.begin()
        if isinstance(advance.event, WarningRaised):
            if advance.event.message != problem:
                progress.clear()
                print(f"warning: {advance.event.message}", file=sys.stderr, flush=True)
        elif isinstance(advance.event, SignSeen):
            progress.clear()
            print(f"warning: {advance.event.sign.words}", file=sys.stderr, flush=True)
        elif not as_json:
            _show(advance.event, advance.view, progress)
        if requests.signal is not None and not advance.view.is_over:
            recorder.write_checkpoint(advance.trainer)
            requests.end()

    try:
        train_recorded(recorder, follow)
    finally:
        progress.clear()
        requests.close()
    if as_json:
        view = recorder.view
        newest = recorder.frames.labels(len(view.updates) - 1) if view.updates else None
        print(json.dumps(summary(preset, view, newest, recorder=stored, problem=problem)))
    return EXIT_ENDED


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
    from dec_core.events.log_text import dissolved_words, log_line, reset_words, true_scores

    match event:
        case events.PretrainingReused():
            print(f"The autoencoder was pretrained by {event.run or 'an earlier run'}.")
        case events.PretrainingEpochEnded():
            filled = round(30 * event.epoch / event.epochs)
            bar = "=" * filled + "-" * (30 - filled)
            layer = "" if event.layer is None else f" of layer {event.layer}"
            done = f"{event.epoch}/{event.epochs} loss{layer} {event.loss:.4f}"
            progress.show(f"pretraining [{bar}] {done}")
        case events.Progress(phase=events.Phase.KMEANS):
            progress.show(f"k-means restart {event.done} of {event.total}")
        case events.CentersInitialized():
            progress.clear()
            print(f"k-means start: {true_scores(event.measures) or 'no true labels'}")
        case events.TargetUpdated():
            progress.clear()
            line = log_line(event, view.config.clustering.max_iterations)
            print("   ".join(filter(None, (line, true_scores(event.measures)))), flush=True)
        case events.EncoderReset():
            progress.clear()
            print(f"{reset_words(event)}.")
        case events.ClustersDissolved():
            progress.clear()
            print(f"{dissolved_words(event)}.")
        case events.RunFinished():
            progress.clear()
            print(event.judgement.sentence)


def summary(
    preset: str,
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
    from dec_core.events.outcome import labels_sha256, last_measures, start_measures, without_nan

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
        "seed": view.config.seed,
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
