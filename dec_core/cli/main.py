"""``python -m dec_core``: train and look around without a browser."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

from dec_core.cli.diagnosis import add_diagnose_options, diagnose
from dec_core.cli.own_data import add_data_options, config_for_data, data_values
from dec_core.cli.predicting import add_predict_options, predict
from dec_core.cli.runs import add_output, add_runs_commands, assignments
from dec_core.cli.training import EXIT_ENDED, EXIT_FAILED, EXIT_WRONG_SETTING, train_run
from dec_core.config import DEFAULT_PRESET, PRESETS, SETTINGS, Config, get_preset
from dec_core.errors import DECLabError, SettingsError
from dec_core.store.printable import printable

_DESCRIBED = "name title n_samples n_features n_classes image_shape sentence available_from".split()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0, 1 for a failure, 2 for a wrong setting.

    Raises
    ------
    Ended
        If a signal ends it.
    """
    options = _parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        return int(options.command(options))
    except DECLabError as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        return EXIT_WRONG_SETTING if isinstance(error, SettingsError) else EXIT_FAILED
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return EXIT_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dec_core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    train = commands.add_parser("train", help="train DEC and judge the outcome")
    train.set_defaults(command=_train)
    _add_settings(train)
    add_output(train, "print the run's id on the first line and one JSON object on the last")

    diagnosing = commands.add_parser(
        "diagnose", help="find out why a run collapsed, by runs with something changed"
    )
    diagnosing.set_defaults(command=_diagnose)
    add_diagnose_options(diagnosing)
    _add_settings(diagnosing)
    add_output(diagnosing, "print one JSON object")
    predicting = commands.add_parser(
        "predict", help="assign new samples to the clusters of a stored run"
    )
    predicting.set_defaults(command=predict)
    add_predict_options(predicting)
    add_output(predicting, "print one JSON object")
    add_runs_commands(commands)

    presets = commands.add_parser("presets", help="list the presets")
    presets.set_defaults(command=_list_presets)
    datasets = commands.add_parser("datasets", help="list the data sets")
    datasets.set_defaults(command=_list_datasets)
    for listing in (presets, datasets):
        listing.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _add_settings(parser: argparse.ArgumentParser) -> None:
    """The options that choose the settings of a new run."""
    parser.add_argument(
        "--preset",
        help=f"{DEFAULT_PRESET} unless given; one of {', '.join(PRESETS)}; see 'presets'",
    )
    parser.add_argument("--dataset", help="the preset's own unless given; see 'datasets'")
    add_data_options(parser)
    parser.add_argument("--seed", help="shorthand for --set seed=N")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.FIELD=VALUE",
        help="change one setting; repeatable. Settings: " + ", ".join(SETTINGS),
    )


def _chosen(options: argparse.Namespace) -> tuple[Config, str]:
    """The settings and the preset that they start from."""
    shorthand = {**data_values(options), "seed": options.seed}
    values = {path: text for path, text in shorthand.items() if text is not None}
    values |= assignments(options.set)
    if options.data is not None and options.preset is None:
        return config_for_data(values), DEFAULT_PRESET
    preset = options.preset or DEFAULT_PRESET
    return get_preset(preset).config.with_values(values), preset


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
        print(json.dumps([{name: getattr(row, name) for name in _DESCRIBED} for row in rows]))
        return EXIT_ENDED
    for row in rows:
        shape = f"{row.n_samples:,} x {row.n_features}"
        place = row.available_from or "to be downloaded"
        print(f"{row.name:14} {shape:14} {row.sentence} ({place})")
    return EXIT_ENDED


def _train(options: argparse.Namespace) -> int:
    config, preset = _chosen(options)
    from dec_core.runs.execution import new_recorder
    from dec_core.store.store import RunStore

    recorder = new_recorder(RunStore(options.runs_dir), config, preset)
    return train_run(recorder, preset, as_json=options.json)


def _diagnose(options: argparse.Namespace) -> int:
    chosen = options.preset or options.dataset or options.data or options.seed or options.set
    if options.run_id and chosen:
        raise SettingsError(
            f"diagnose takes a stored run or settings, not both. Received {options.run_id} and "
            "settings. Leave one of them out."
        )
    if options.run_id:
        return diagnose(None, "", options)
    return diagnose(*_chosen(options), options)
