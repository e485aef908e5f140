"""What others have put into a store harms no run but their own, and is named."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.events.frames import MapFrame
from dec_core.events.view import View
from dec_core.export.bundle import export_run
from dec_core.store import store as store_module
from dec_core.store import view_reader
from dec_core.store.array_files import (
    STALE_SECONDS,
)
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from tests.runs.short_runs import small_config
from tests.store.former_files import write_z
from tests.store.test_golden import GOLDEN


@pytest.fixture
def store(golden_store: RunStore) -> RunStore:
    """With one finished run, which each test may damage."""
    return golden_store


@pytest.fixture
def folder(store: RunStore) -> Path:
    return store.root / GOLDEN.name


@pytest.mark.parametrize(
    ("notes", "title"),
    [
        ('{"title": "a \\ud800 b", "tags": ["\\ud800"]}', "a ? b"),
        (json.dumps({"title": "a\nb" + 200 * "c", "tags": []}), "a b" + 77 * "c"),
        (json.dumps({"title": "a", "tags": 3}), ""),
        ("[" * 100_000, ""),
    ],
    ids=["half a character", "long", "no tags", "nested"],
)
def test_notes_of_any_content_can_be_shown(
    store: RunStore, folder: Path, notes: str, title: str
) -> None:
    (folder / "notes.json").write_text(notes)
    (record,) = store.records()
    assert record.state is RunState.FINISHED
    assert record.title == title
    "".join((record.title, *record.tags)).encode()


def test_half_a_character_in_a_record_can_be_shown(store: RunStore, folder: Path) -> None:
    values = json.loads((folder / "run.json").read_text())
    values["summary"]["sentence"] = "Not found: caf\udce9"
    (folder / "run.json").write_text(json.dumps(values))
    (record,) = store.records()
    assert record.summary is not None
    assert record.summary["sentence"] == "Not found: caf?"


# Clears the screen, in both ways to say so, and rings the bell.
COMMANDS = "a\x1b[2Jb\x9b2Jc\x07d\te\nf"
MARKED = "a?[2Jb?2Jc?d e f"
MARKED_LINES = "a?[2Jb?2Jc?d e\nf"


def test_a_record_commands_no_terminal(store: RunStore, folder: Path) -> None:
    values = json.loads((folder / "run.json").read_text())
    values |= {"preset": COMMANDS, "dataset": COMMANDS, "versions": {COMMANDS: COMMANDS}}
    values["summary"]["sentence"] = COMMANDS
    (folder / "run.json").write_text(json.dumps(values))
    (folder / "notes.json").write_text(json.dumps({"title": COMMANDS, "tags": [COMMANDS]}))
    (store.root / "a\x1b[2J").mkdir()
    whole, foreign = store.records()
    assert whole.summary is not None
    assert whole.preset == whole.dataset == whole.summary["sentence"] == MARKED
    assert whole.versions == {MARKED: MARKED}
    assert whole.title == whole.tags[0] == MARKED
    assert foreign.run_id == "a?[2J"


def test_a_log_commands_no_terminal(store: RunStore, folder: Path) -> None:
    failed = {"event": "RunFailed", "message": COMMANDS, "details": f"{COMMANDS}\n  g"}
    insert(folder, 4, {"event": "WarningRaised", "message": COMMANDS})
    insert(folder, 5, failed)
    view = store.view(folder.name)
    assert view.warnings == (MARKED_LINES,)
    assert view.failed is not None
    assert (view.failed.message, view.failed.details) == (
        MARKED_LINES,
        f"{MARKED_LINES}\n  g",
    )


def test_a_foreign_name_can_be_shown(store: RunStore) -> None:
    (store.root / os.fsdecode(b"caf\xe9")).mkdir()
    _, foreign = store.records()
    assert foreign.run_id == "caf?"
    assert foreign.problem.startswith("This folder is no run")


def test_a_record_that_cannot_be_made_holds_up_no_other(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = store.root / "calm-lynx-0002"
    shutil.copytree(GOLDEN, other)
    read = store_module._read_record

    def unexpected(folder: Path) -> object:
        if folder == other:
            raise ZeroDivisionError("never thought of")
        return read(folder)

    monkeypatch.setattr(store_module, "_read_record", unexpected)
    whole, damaged = store.records()
    assert (whole.run_id, whole.state) == (GOLDEN.name, RunState.FINISHED)
    assert damaged.state is RunState.DAMAGED
    assert "ZeroDivisionError: never thought of" in damaged.problem


def _unexpected(*_: object) -> None:
    raise ZeroDivisionError("never thought of")


@pytest.mark.parametrize(
    ("owner", "name", "broken"),
    [(view_reader, "fold", _unexpected), (View, "judgement", property(_unexpected))],
)
def test_a_run_that_cannot_be_folded_or_judged_is_damaged(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, broken: object
) -> None:
    monkeypatch.setattr(owner, name, broken)
    for _ in range(2):
        with pytest.raises(RunError, match=r"cbfc is damaged \(ZeroDivisionError: never thought"):
            store.view(GOLDEN.name)
    monkeypatch.undo()
    assert store.view(GOLDEN.name).is_over


@pytest.mark.parametrize("method", ["iterdir", "is_dir"])
def test_a_store_that_cannot_be_listed_says_so(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, method, refuse)
    with pytest.raises(RunError, match=r"is not: Permission denied.* DEC_RUNS_DIR"):
        store.records()
    if method == "is_dir":
        with pytest.raises(RunError, match="is not: Permission denied"):
            store.record(GOLDEN.name)


def test_only_what_a_store_has_left_behind_is_removed(store: RunStore) -> None:
    others = [".notes.draft", ".calm-lynx.deleted", ".calm-lynx-0002.draft.txt"]
    leftovers = [".calm-lynx-0002.draft", ".calm-lynx-0002.deleted"]
    long_ago = time.time() - 2 * STALE_SECONDS
    for name in others + leftovers:
        (store.root / name).mkdir()
        os.utime(store.root / name, (long_ago, long_ago))
    run_id = store.create(small_config(), "digits")
    assert {path.name for path in store.root.iterdir()} == {*others, GOLDEN.name, run_id}


def test_maps_of_another_size_are_not_shown(store: RunStore, folder: Path) -> None:
    view = store.view(folder.name)
    for update, shape in enumerate([(120, 2), (119, 2), (120, 3)]):
        store.write_map(folder.name, MapFrame(update, np.zeros(shape, np.float32)))
    (folder / "maps" / "000002.z").write_bytes(b"xyz 3\n")
    # As former versions wrote them.
    write_z(folder / "maps" / "000003.z", np.zeros((120, 2), np.float32))
    assert [frame.update for frame in store.maps(folder.name, view)] == [0, 3]


CHANGED = {
    "event": "ParameterChanged",
    "iteration": 20,
    "path": "clustering.tol",
    "old": 0.0,
    "new": 0.1,
}


def insert(folder: Path, number: int, line: Mapping[str, object]) -> None:
    """Put a line into the log before the one of that number."""
    log = folder / "events.jsonl"
    lines = log.read_text().splitlines()
    log.write_text("\n".join([*lines[:number], json.dumps(line), *lines[number:], ""]))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"path": "x\nrm -rf ~ #"}, "no live parameter"),
        ({"path": "seed"}, "no live parameter: 'seed'"),
        ({"new": 1e9}, r"clustering.tol: must be a number from 0 to 0.5"),
        ({"old": float("nan")}, "old.*finite number"),
        ({"new": "0.1"}, "new.*valid number"),
        ({"iteration": "20"}, "iteration: .* valid integer"),
        ({"iteration": True}, "iteration: .* valid integer"),
        ({"iteration": 61}, "its iteration is 61, beyond 60"),
        ({"event": "WarningRaised", "message": "A"}, "iteration: Unexpected keyword"),
    ],
    ids=str,
)
def test_a_change_that_cannot_be_is_damage(
    store: RunStore, folder: Path, tmp_path: Path, values: dict[str, object], reason: str
) -> None:
    insert(folder, 6, CHANGED)
    assert store.view(folder.name).config.clustering.tol == 0.1
    insert(folder, 6, {**CHANGED, **values})
    for _ in range(2):
        with pytest.raises(RunError, match=rf"Line 7 of events.jsonl.*{reason}"):
            store.view(folder.name)
    with pytest.raises(RunError, match=r"Line 7 of events.jsonl"):
        export_run(store, folder.name, tmp_path / "command.txt", only=["command.txt"])


@pytest.mark.parametrize(
    ("number", "values", "reason"),
    [
        (0, {"n_samples": "120"}, "n_samples: .* valid integer"),
        (0, {"n_samples": 0}, "n_samples: .* or equal to 1"),
        (0, {"n_sampled": 0, "has_true_labels": True}, "n_sampled: .* or equal to 1"),
        (0, {"n_sampled": 121, "has_true_labels": True}, "121 of its 120 samples are chosen"),
        (0, {"n_sampled": 120, "has_true_labels": 1}, "has_true_labels: .* valid boolean"),
        (0, {"n_sampled": 120}, "has_true_labels"),
        (1, {"epoch": 0}, "epoch: .* or equal to 1"),
        (1, {"epoch": 3}, "its epoch is 3, beyond 2"),
        (1, {"seconds": {}}, "seconds: .* valid number"),
        (1, {"seconds": -1}, "seconds: .* or equal to 0"),
        (3, {"cluster_sizes": [60, 60]}, "sizes of 2 clusters"),
        (3, {"cluster_sizes": [0] * 10}, "its clusters hold 0 samples"),
        (3, {"scores": {"acc": 0.5, "nmi": 0.5, "ari": 1.5}}, "no score: 1.5"),
        (4, {"update": 7}, "update 7 follows 0 updates"),
        (4, {"update": "../../x"}, "update: .* valid integer"),
        (4, {"iteration": None}, "unsupported operand"),
        (4, {"iteration": 62}, "its iteration is 61, beyond 60"),
        (4, {"iteration": 0}, "iteration: .* or equal to 0"),
        (5, {"iteration": 1}, "iteration 0 follows 0"),
    ],
    ids=str,
)
def test_events_that_do_not_fit_their_run_are_damage(
    store: RunStore, folder: Path, number: int, values: dict[str, object], reason: str
) -> None:
    replace_in_line(folder, number, values)
    with pytest.raises(RunError, match=rf"Line {number + 1} of events.jsonl.*{reason}"):
        store.view(folder.name)


def test_a_number_of_samples_that_does_not_fit_is_damage(store: RunStore, folder: Path) -> None:
    replace_in_line(folder, 0, {"n_samples": 121})
    with pytest.raises(RunError, match=r"Line 4 of events.jsonl.*its clusters hold 120 samples"):
        store.view(folder.name)


def replace_in_line(folder: Path, number: int, values: Mapping[str, object]) -> None:
    log = folder / "events.jsonl"
    lines = log.read_text().splitlines()
    lines[number] = json.dumps({**json.loads(lines[number]), **values})
    log.write_text("\n".join([*lines, ""]))


@pytest.mark.parametrize("sums", [[], [1.0], [1.0, 1.0, 1.0], 11], ids=str)
def test_the_target_has_two_row_sums(store: RunStore, folder: Path, sums: object) -> None:
    health = json.loads((folder / "events.jsonl").read_text().splitlines()[5])["health"]
    replace_in_line(folder, 5, {"health": {**health, "target_row_sums": sums}})
    with pytest.raises(RunError, match=r"Line 6 of events.jsonl.*unpack"):
        store.view(folder.name)


@pytest.mark.parametrize(
    ("line", "reason"), [({"event": "RunStarted"}, "begins twice"), ("[" * 100_000, "recursion")]
)
def test_a_line_that_belongs_to_no_run_is_damage(
    store: RunStore, folder: Path, line: object, reason: str
) -> None:
    log = folder / "events.jsonl"
    lines = log.read_text().splitlines()
    lines.insert(4, line if isinstance(line, str) else lines[0])
    log.write_text("\n".join([*lines, ""]))
    with pytest.raises(RunError, match=rf"Line 5 of events.jsonl.*{reason}"):
        store.view(folder.name)


def test_half_a_character_in_a_log_can_be_shown(store: RunStore, folder: Path) -> None:
    insert(folder, 4, {"event": "WarningRaised", "message": "caf\udce9"})
    assert store.view(folder.name).warnings == ("caf?",)
