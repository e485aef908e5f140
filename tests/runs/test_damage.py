"""What others have put into a store harms no run but their own, and is named."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.runs import store as store_module
from dec_core.runs.array_files import STALE_SECONDS
from dec_core.runs.maps import MapFrame
from dec_core.runs.record import RunState
from dec_core.runs.store import RunStore
from tests.runs.small_sessions import small_config
from tests.runs.test_golden import GOLDEN


@pytest.fixture
def store() -> RunStore:
    """A store with one finished run, which each test may damage."""
    store = RunStore()
    shutil.copytree(GOLDEN, store.root / GOLDEN.name)
    return store


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


def test_a_frame_that_is_thinned_while_it_is_read_is_a_dropped_one(
    store: RunStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def thinned(path: Path) -> bytes:
        if path.name == "labels-000001.z":
            path.unlink()
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", thinned)
    labels = [update.labels is None for update in store.view(folder.name).updates]
    assert labels == [False, True, False, False]


def test_maps_of_another_size_are_not_shown(store: RunStore, folder: Path) -> None:
    view = store.view(folder.name)
    for update, shape in enumerate([(120, 2), (119, 2), (120, 3)]):
        store.write_map(folder.name, MapFrame(update, 1, np.zeros(shape, np.float32)))
    (folder / "maps" / "000003.z").write_bytes(b"xyz 3\n")
    assert [frame.update for frame in store.maps(folder.name, view)] == [0]
