"""``python -m dec_core``: train and look around without a browser."""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from dec_core.config import SETTINGS, Config
from dec_core.errors import DECLabError, SettingsError
from dec_core.presets import DEFAULT_PRESET, PRESETS, get_preset

if TYPE_CHECKING:
    from dec_core.training.events import Event
    from dec_core.training.view import View

EXIT_ENDED, EXIT_FAILED, EXIT_WRONG_SETTING = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0, 1 for a failure, 2 for a wrong setting."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_WRONG_SETTING
    except DECLabError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return EXIT_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dec_core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    train = commands.add_parser("train", help="train DEC and judge the outcome")
    train.set_defaults(command=_train)
    train.add_argument(
        "--preset", default=DEFAULT_PRESET, help=f"one of {', '.join(PRESETS)}; see 'presets'"
    )
    train.add_argument("--dataset", help="the preset's own unless given; see 'datasets'")
    train.add_argument("--seed", help="shorthand for --set seed=N")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.FIELD=VALUE",
        help="change one setting; repeatable. Settings: " + ", ".join(SETTINGS),
    )
    train.add_argument("--json", action="store_true", help="end with one JSON object on stdout")

    presets = commands.add_parser("presets", help="list the presets")
    presets.set_defaults(command=_list_presets)
    datasets = commands.add_parser("datasets", help="list the data sets")
    datasets.set_defaults(command=_list_datasets)
    for listing in (presets, datasets):
        listing.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _list_presets(options: argparse.Namespace) -> int:
    if options.json:
        listing = {name: preset.config.to_dict() for name, preset in PRESETS.items()}
        print(json.dumps(listing))
        return EXIT_ENDED
    for name, preset in PRESETS.items():
        print(f"{name:12} {preset.summary}")
    return EXIT_ENDED


def _list_datasets(options: argparse.Namespace) -> int:
    from dec_core.data import describe

    rows = describe()
    if options.json:
        print(json.dumps([vars(row) for row in rows]))
        return EXIT_ENDED
    for row in rows:
        shape = f"{row.n_samples:,} x {row.n_features}"
        place = row.available_from or "to be downloaded"
        print(f"{row.name:14} {shape:14} {row.sentence} ({place})")
    return EXIT_ENDED


def _config(options: argparse.Namespace) -> Config:
    values: dict[str, str] = {}
    if options.dataset is not None:
        values["data.name"] = options.dataset
    if options.seed is not None:
        values["seed"] = options.seed
    for assignment in options.set:
        path, equals, value = assignment.partition("=")
        if not equals:
            raise SettingsError(
                f"--set needs section.field=value. Received {assignment!r}. "
                "Write for example --set clustering.learning_rate=0.01."
            )
        values[path.strip()] = value
    return get_preset(options.preset).config.with_values(values)


def _train(options: argparse.Namespace) -> int:
    config = _config(options)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from dec_core.training.view import View, fold

    progress = _ProgressLine()
    view = View()
    for event in _events(config):
        view = fold(view, event)
        if not options.json:
            _show(event, view, progress)
    progress.clear()
    if options.json:
        print(json.dumps(summary(options.preset, config, view)))
    return EXIT_ENDED


def _events(config: Config) -> Iterator[Event]:
    from dec_core.data import load

    started = perf_counter()
    dataset = load(config.data, config.seed)
    seconds = perf_counter() - started
    from dec_core.training.trainer import Trainer

    yield from Trainer(config, dataset, seconds).events()


class _ProgressLine:
    """One line on a terminal that is written over; nothing where stderr is a file."""

    def show(self, text: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        self.show("")


def _show(event: Event, view: View, progress: _ProgressLine) -> None:
    from dec_core.training import events
    from dec_core.training.log import log_line, true_scores

    match event:
        case events.PretrainingEpochEnded():
            filled = round(30 * event.epoch / event.epochs)
            bar = "=" * filled + "-" * (30 - filled)
            progress.show(f"pretraining [{bar}] {event.epoch}/{event.epochs} loss {event.loss:.4f}")
        case events.Progress(phase=events.Phase.KMEANS):
            progress.show(f"k-means restart {event.done} of {event.total}")
        case events.CentersInitialized():
            progress.clear()
            print(f"k-means start: {true_scores(event.scores) or 'no true labels'}")
        case events.TargetUpdated():
            progress.clear()
            line = log_line(event, view.config.clustering.max_iterations)
            print("   ".join(filter(None, (line, true_scores(event.scores)))), flush=True)
        case events.RunFinished():
            progress.clear()
            print(event.judgement.sentence)


def summary(preset: str, config: Config, view: View) -> dict[str, Any]:
    """The result of a finished run as plain JSON values; null where there is nothing to say."""
    finished, start = view.finished, view.start
    if finished is None or view.started is None:
        raise DECLabError("A summary needs a finished run. Received one that still trains.")
    last = view.updates[-1] if view.updates else None
    scores = last.scores if last else None
    start_scores = start.scores if start else None
    judged = finished.judgement.verdict
    values = {
        "preset": preset,
        "dataset": view.started.dataset_name,
        "n_samples": view.started.n_samples,
        "seed": config.seed,
        "verdict": judged.value if judged else None,
        "stop_reason": finished.stop_reason.value,
        "sentence": finished.judgement.sentence,
        "iterations": finished.iterations,
        "updates": len(view.updates),
        "occupied_clusters": last.health.occupied_clusters if last else None,
        "effective_clusters": last.health.effective_clusters if last else None,
        "largest_share": last.health.largest_share if last else None,
        "acc": scores.acc if scores else None,
        "nmi": scores.nmi if scores else None,
        "ari": scores.ari if scores else None,
        "kmeans_acc": start_scores.acc if start_scores else None,
        "kmeans_nmi": start_scores.nmi if start_scores else None,
        "loss": last.loss if last else None,
        "labels_sha256": _labels_sha256(last.labels) if last else None,
        "seconds": {phase.value: round(s, 3) for phase, s in finished.seconds.items()},
    }
    return {key: None if _is_nan(value) else value for key, value in values.items()}


def _labels_sha256(labels: Any) -> str:
    return hashlib.sha256(labels.astype("<i4").tobytes()).hexdigest()


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
