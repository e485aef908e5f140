"""``python -m dec_core diagnose``: why a run was spoilt, proved by runs from the same start."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dec_core.cli.training import EXIT_ENDED, ProgressLine
from dec_core.config import Config
from dec_core.errors import SettingsError
from dec_core.signals import Requests

if TYPE_CHECKING:
    from dec_core.analysis.diagnosis import Diagnosis, Plan
    from dec_core.analysis.trials import Trial
    from dec_core.experiments.counterfactuals import Counterfactuals
    from dec_core.runs.manager import RunManager


def add_diagnose_options(parser: argparse.ArgumentParser) -> None:
    """The options beside those that choose settings."""
    parser.add_argument(
        "run_id", nargs="?", metavar="RUN_ID", help="a stored run; without one --preset is trained"
    )
    parser.add_argument(
        "--budget",
        metavar="SECONDS",
        help="time for all runs together; what was not tried by then stays suspected, and the "
        "same command goes on from there",
    )


def diagnose(config: Config | None, preset: str, options: argparse.Namespace) -> int:
    """Find the causes of a stored run, or of a new one with ``config``, and print them."""
    from dec_core.experiments.counterfactuals import Counterfactuals
    from dec_core.runs.manager import RunManager
    from dec_core.store.store import RunStore

    seconds = None if options.budget is None else _seconds(options.budget)
    requests = Requests()
    manager = RunManager(RunStore(options.runs_dir))
    requests.begin()
    try:
        runs = Counterfactuals(manager, seconds, lambda: requests.signal is not None)
        run_id = options.run_id or runs.base(config or Config(), preset)
        diagnosis = _diagnosed(manager, run_id, runs)
        if requests.signal is not None:
            requests.end()
    finally:
        manager.close()
        requests.close()
    _print(diagnosis, run_id, as_json=options.json)
    return EXIT_ENDED


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not seconds > 0:
        raise SettingsError(
            f"--budget must be a number of seconds above 0. Received {text}. "
            "Leave it out for as long as it takes."
        )
    return seconds


def _diagnosed(manager: RunManager, run_id: str, runs: Counterfactuals) -> Diagnosis:
    from dec_core.analysis.answer import outcome_words
    from dec_core.experiments.diagnosing import diagnose as find_causes

    progress = ProgressLine()

    def follow(plan: Plan, trial: Trial | None) -> None:
        if trial is None:
            progress.show(f"{plan.words}: training")
        else:
            progress.clear()
            print(f"{plan.words}: {outcome_words(trial)}", file=sys.stderr, flush=True)

    try:
        return find_causes(manager, run_id, runs, follow)
    finally:
        progress.clear()


def _print(diagnosis: Diagnosis, run_id: str, *, as_json: bool) -> None:
    from dec_core.analysis.answer import answer, harmless_words, to_dict

    values: Mapping[str, Any] = {"run_id": run_id, **to_dict(diagnosis)}
    if as_json:
        print(json.dumps(values))
        return
    print(answer(diagnosis))
    for cause in values["causes"]:
        print(f"  {cause['id']} ({cause['status']}): {cause['sentence']}")
    if diagnosis.causes and harmless_words(diagnosis):
        print(f"  {harmless_words(diagnosis)}")
    for path, value in values["remedy"].items():
        print(f"  --set {path}={value}")
