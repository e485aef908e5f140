"""``python -m dec_core runs ...``: look at stored runs, resume, branch, export and delete them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dec_core.cli.export import add_export_options, export
from dec_core.cli.training import EXIT_ENDED, train_run
from dec_core.errors import SettingsError

if TYPE_CHECKING:
    from dec_core.store.record import RunRecord
    from dec_core.store.store import RunStore


def add_output(parser: argparse.ArgumentParser, json_help: str) -> None:
    """The options of every command on runs: JSON as output, and the store."""
    parser.add_argument("--json", action="store_true", help=json_help)
    parser.add_argument(
        "--runs-dir",
        type=Path,
        metavar="DIR",
        help="where runs are stored; otherwise DEC_RUNS_DIR, otherwise the user's data folder",
    )


def assignments(texts: Sequence[str]) -> dict[str, str]:
    """The values of ``--set section.field=value``."""
    values: dict[str, str] = {}
    for assignment in texts:
        path, equals, value = assignment.partition("=")
        if not equals:
            raise SettingsError(
                f"--set needs section.field=value. Received {assignment!r}. "
                "Write for example --set clustering.learning_rate=0.01."
            )
        values[path.strip()] = value
    return values


def add_runs_commands(commands: Any) -> None:
    """Add ``runs`` with its own commands to the parser's ``commands``."""
    runs = commands.add_parser(
        "runs", help="list, show, resume, branch, export and delete stored runs"
    )
    actions = runs.add_subparsers(required=True, metavar="action")

    def add(name: str, command: Callable[..., int], text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
        parser.set_defaults(command=command)
        add_output(parser, "print JSON")
        if name != "list":
            parser.add_argument("run_id", metavar="ID")
        return parser

    add("list", _list, "every stored run, newest first")
    add("show", _show, "settings and outcome of one run")
    add("resume", _resume, "let an interrupted run go on")
    branching = add("branch", _branch, "a new run from a checkpoint of another one")
    branching.add_argument(
        "--at", type=int, metavar="ITERATION", help="a kept checkpoint; the newest unless given"
    )
    branching.add_argument(
        "--set", action="append", default=[], metavar="SECTION.FIELD=VALUE", help="repeatable"
    )
    add_export_options(add("export", export, "write a run, or parts of it, for other programs"))
    add("delete", _delete, "remove a run for good")


def _store(options: argparse.Namespace) -> RunStore:
    from dec_core.store.store import RunStore

    return RunStore(options.runs_dir)


def _list(options: argparse.Namespace) -> int:
    from dec_core.runs.listing import list_runs

    records = [one.record for one in list_runs(_store(options))]
    if options.json:
        print(json.dumps([_plain(record) for record in records]))
        return EXIT_ENDED
    for record in records:
        sentence = record.problem or (record.summary or {}).get("sentence") or ""
        about = f"{record.preset} on {record.dataset}" if record.preset else ""
        print(f"{record.run_id:24} {record.state.value:12} {about:28} {sentence}".rstrip())
    return EXIT_ENDED


def _show(options: argparse.Namespace) -> int:
    store = _store(options)
    record = store.record(options.run_id)
    values = _plain(record) | {
        "run_dir": str(store.folder(record.run_id)),
        "checkpoints": list(store.checkpoints(record.run_id)),
    }
    print(json.dumps(values) if options.json else json.dumps(values, indent=2))
    return EXIT_ENDED


def _resume(options: argparse.Namespace) -> int:
    return _go_on(_store(options), options.run_id, options)


def _branch(options: argparse.Namespace) -> int:
    from dec_core.store.branch import branched

    store = _store(options)
    checkpoint = store.checkpoint(options.run_id, options.at)
    config = checkpoint.config.with_values(assignments(options.set))
    preset = store.record(options.run_id).preset
    with branched(store, options.run_id, config, preset, checkpoint.iteration) as run_id:
        return _go_on(store, run_id, options)


def _delete(options: argparse.Namespace) -> int:
    _store(options).delete(options.run_id)
    print(json.dumps({"deleted": options.run_id}) if options.json else f"{options.run_id} deleted")
    return EXIT_ENDED


def _go_on(store: RunStore, run_id: str, options: argparse.Namespace) -> int:
    from dec_core.store.recorder import Recorder

    recorder = Recorder(store, run_id)
    return train_run(recorder, recorder.record.preset, as_json=options.json)


def _plain(record: RunRecord) -> dict[str, Any]:
    """The record as JSON values; a run that waits is an interrupted one there."""
    from dec_core.store.record import RunState

    config = None if record.config is None else record.config.to_dict()
    is_waiting = record.state is RunState.WAITING
    state = RunState.INTERRUPTED if is_waiting else record.state
    return {**asdict(record), "state": state.value, "config": config, "is_waiting": is_waiting}
