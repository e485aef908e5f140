"""Stored runs: what is read is what was seen live; what is damaged is named and harms no other."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from dec_core.data import Dataset
from dec_core.errors import RunError, SettingsError
from dec_core.events.events import KMEANS
from dec_core.events.frames import EMBEDDING_BYTES, LABEL_BYTES, Frames
from dec_core.events.outcome import outcome
from dec_core.events.view import View
from dec_core.export.figures import all_plots
from dec_core.runs.execution import execute
from dec_core.runs.maps import MAX_FRAMES
from dec_core.store.array_files import read_arrays, write_arrays
from dec_core.store.branch import branch
from dec_core.store.checkpoint_files import CHECKPOINT_BYTES
from dec_core.store.record import RunState
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from dec_core.training.context import MAP_SAMPLES
from tests.runs.short_runs import small_config
from tests.store.update_numbers import numbers, scores


class Seen(NamedTuple):
    """The numbers and the arrays of a run."""

    view: View
    frames: Frames


def stored(store: RunStore, run_id: str) -> Seen:
    """A run as it is on the disk."""
    view = store.view(run_id)
    return Seen(view, store.frames(run_id, view))


def train(store: RunStore, run_id: str, *, moments: int | None = None) -> Seen:
    """Train to the end, or give the run up after some events, with a checkpoint at each update."""
    recorder = Recorder(store, run_id)
    recorder.checkpoint_share = 0.999
    for moment in islice(execute(recorder), moments):
        # A slow machine would tell of more and smaller chunks.
        moment.trainer.pace.target_seconds = 1e6
    recorder.close()
    return Seen(recorder.view, recorder.frames)


def new_run(store: RunStore, **values: object) -> str:
    """A queued run on a few digits."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    return store.create(small_config(named), "digits")


def same(first: Seen, second: Seen) -> None:
    """Equal numbers and arrays at every update, and the same verdict."""
    assert len(first.view.updates) == len(second.view.updates)
    for one, other in zip(first.view.updates, second.view.updates, strict=True):
        assert one.iteration == other.iteration
        assert numbers(one) == numbers(other)
        for array, another in zip(
            first.frames.frame(one.update), second.frames.frame(one.update), strict=True
        ):
            np.testing.assert_array_equal(array, another)
    assert first.view.judgement == second.view.judgement
    assert first.view.signs == second.view.signs


@pytest.fixture
def store() -> RunStore:
    return RunStore()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One finished run, to be copied."""
    store = RunStore(tmp_path_factory.mktemp("finished"))
    train(store, new_run(store))
    return store.folder(store.records()[0].run_id)


@pytest.fixture
def copied(finished: Path, store: RunStore) -> Path:
    """The finished run in this test's own store."""
    shutil.copytree(finished, store.root / finished.name)
    return store.root / finished.name


def test_stored_equals_live(store: RunStore) -> None:
    run_id = new_run(store)
    live, on_disk = train(store, run_id), stored(store, run_id)
    same(live, on_disk)
    assert on_disk.view.iteration == live.view.iteration == 40
    assert on_disk.view.pretraining == live.view.pretraining
    assert on_disk.view.started == live.view.started
    seen, shown = live.frames.samples, on_disk.frames.samples
    np.testing.assert_array_equal(shown.sample_ids, seen.sample_ids)
    np.testing.assert_array_equal(shown.true_labels, seen.true_labels)
    assert list(on_disk.frames.kept_labels) == list(live.frames.kept_labels) == list(range(5))
    assert list(on_disk.frames.kept_embeddings) == list(live.frames.kept_embeddings)
    assert on_disk.frames.kept() == live.frames.kept()
    first, second = (run.frames.frame(KMEANS) for run in (live, on_disk))
    np.testing.assert_array_equal(first.labels, second.labels)
    np.testing.assert_array_equal(first.embedding, second.embedding)
    record = store.record(run_id)
    assert record.state is RunState.FINISHED
    assert record.summary == outcome(live.view)
    assert record.created <= record.ended
    live_plots, stored_plots = all_plots(*live), all_plots(*on_disk)
    assert len(live_plots) == 8
    for drawn, again in zip(live_plots, stored_plots, strict=True):
        assert drawn.figure.to_json() == again.figure.to_json()


@pytest.mark.parametrize("moments", [1, 2, 3, 5, 6, 8, 9, 11, 13, 15])
def test_a_run_that_is_given_up_anywhere_resumes_exactly(store: RunStore, moments: int) -> None:
    whole = train(store, new_run(store))
    run_id = new_run(store)
    train(store, run_id, moments=moments)
    assert store.record(run_id).state is RunState.INTERRUPTED
    same(whole, train(store, run_id))
    same(whole, stored(store, run_id))
    assert store.record(run_id).state is RunState.FINISHED


def test_a_run_that_goes_on_under_other_conditions_says_so(store: RunStore) -> None:
    run_id = new_run(store)
    train(store, run_id, moments=13)
    record = store.record(run_id)
    cores = record.versions["cores"]
    before = {**record.versions, "keras": "3.0.0", "cores": "64"}
    del before["oneDNN"]  # as runs of earlier versions
    store.write_record(replace(record, versions=before))
    view = train(store, run_id).view
    (sentence,) = view.warnings
    assert (
        f"went on under other conditions: keras 3.0.0 to {version('keras')}, cores 64 to {cores}."
    ) in sentence
    assert store.view(run_id).warnings == view.warnings
    assert store.record(run_id).versions == record.versions


def test_a_branch_with_the_same_settings_repeats_its_parent(store: RunStore) -> None:
    parent = new_run(store)
    whole = train(store, parent)
    kept = store.checkpoints(parent)
    assert kept == (0, 10, 20, 30, 40)
    run_id = branch(store, parent, small_config(), "digits", 20)
    same(whole, train(store, run_id))
    lineage = store.record(run_id).lineage
    assert lineage is not None
    assert (lineage.parent, lineage.iteration, lineage.changes) == (parent, 20, {})


def test_a_branch_takes_other_settings_from_its_checkpoint_on(store: RunStore) -> None:
    parent = new_run(store)
    whole = train(store, parent).view
    config = small_config({"clustering.target": "r-recycled", "clustering.learning_rate": 1.0})
    run_id = branch(store, parent, config, "digits", 10)
    branched = train(store, run_id).view
    assert branched.config.clustering.learning_rate == 1.0
    assert [scores(u) for u in branched.updates[:2]] == [scores(u) for u in whole.updates[:2]]
    assert [scores(u) for u in branched.updates[2:]] != [scores(u) for u in whole.updates[2:]]
    lineage = store.record(run_id).lineage
    assert lineage is not None
    assert lineage.changes["clustering.learning_rate"] == [0.001, 1.0]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"clustering.n_clusters": 5}, "clustering.n_clusters, which the checkpoint fixes"),
        ({"seed": 4}, "seed, which the checkpoint fixes"),
        ({"clustering.max_iterations": 20}, "above the branch's start"),
    ],
)
def test_what_a_branch_cannot_change(
    copied: Path, store: RunStore, values: dict[str, int], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        branch(store, copied.name, small_config(values), "digits", 20)
    assert [record.run_id for record in store.records()] == [copied.name]


def test_a_branch_needs_a_kept_checkpoint(copied: Path, store: RunStore) -> None:
    with pytest.raises(RunError, match="kept at iterations 0"):
        branch(store, copied.name, small_config(), "digits", 17)


def test_a_run_with_other_data_is_refused(store: RunStore) -> None:
    run_id = new_run(store)
    train(store, run_id, moments=8)
    recorder = Recorder(store, run_id)
    other = Dataset("other", np.eye(4, 64), source="a test")
    with pytest.raises(RunError, match=r"trained on digits with .* Received other with"):
        recorder.begin(other)
    recorder.close()


def test_a_finished_run_never_changes(copied: Path, store: RunStore) -> None:
    with pytest.raises(RunError, match="is over and never changes"):
        Recorder(store, copied.name)
    assert not store.is_locked(copied.name)


def test_one_writer_at_a_time(store: RunStore) -> None:
    run_id = new_run(store)
    first = Recorder(store, run_id)
    assert store.record(run_id).state is RunState.QUEUED
    with pytest.raises(RunError, match="neither trains nor waits"):
        Recorder(store, run_id)
    with pytest.raises(RunError, match="neither trains nor waits"):
        store.delete(run_id)
    first.close()
    assert store.record(run_id).state is RunState.WAITING
    store.delete(run_id)
    assert store.records() == []


@pytest.mark.parametrize("run_id", ["../x", "..", "", "a/b", "quiet-otter-3f2a/../x", "x" * 300])
def test_no_path_can_be_smuggled_in(store: RunStore, run_id: str) -> None:
    with pytest.raises(RunError, match="A run id looks like"):
        store.folder(run_id)


def test_notes(copied: Path, store: RunStore) -> None:
    store.annotate(copied.name, title="  my \n best ", tags=("a", "", "a", "b"))
    store.annotate(copied.name, tags=("c",))
    record = store.record(copied.name)
    assert (record.title, record.tags) == ("my best", ("c",))


def truncate_log(folder: Path) -> None:
    log = folder / "events.jsonl"
    log.write_bytes(log.read_bytes()[:-40])


def forget_labels(folder: Path) -> None:
    max((folder / "arrays").glob("labels-0*")).unlink()


def empty_record(folder: Path) -> None:
    (folder / "run.json").write_text("")


def nested_record(folder: Path) -> None:
    (folder / "run.json").write_text("[" * 100_000)


def with_value(name: str, value: object) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        values = json.loads((folder / "run.json").read_text()) | {name: value}
        (folder / "run.json").write_text(json.dumps(values))

    return damage


def with_change(path: str, values: list[object]) -> Callable[[Path], None]:
    lineage = {"parent": "calm-lynx-0002", "iteration": 1, "changes": {path: values}}
    return with_value("lineage", lineage)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (with_value("created", None), "created: Input should be a valid string"),
        (with_value("created", "yesterday"), "Invalid isoformat string"),
        (with_value("created", "2026-11-24T14:06:40"), "a time must name its zone"),
        (with_value("n_samples", 2**60), "n_samples: Input should be less than"),
        (with_value("summary", [1]), "summary: Input should be a valid dictionary"),
        (with_value("summary", {"updates": "x"}), "summary.updates: Input should be a valid int"),
        (with_value("summary", {"nmi": "high"}), "summary.nmi: Input should be a valid number"),
        (with_value("lineage", {"parent": "x; ls", "iteration": 1}), "parent is no run id"),
        (
            with_value("lineage", {"parent": "calm-lynx-0002", "iteration": "1)"}),
            "lineage.iteration: Input should be a valid integer",
        ),
        (with_change("clustering.tol", []), "no change of a branch: 'clustering.tol'"),
        (with_change("seed", [0, 1]), "no change of a branch: 'seed'"),
        (
            with_change("clustering.tol", [0.1, "x"]),
            "clustering.tol: must be a number from 0 to 0.5",
        ),
        (with_change("clustering.tol", [0.1, "0.2"]), "clustering.tol cannot be '0.2'"),
        (truncate_log, "is cut short"),
        (forget_labels, "It is missing"),
        (with_value("schema", 99), "schema version 1 or 2. Received 99"),
        (empty_record, "run.json is damaged"),
        (nested_record, "maximum recursion depth"),
    ],
)
def test_a_damaged_run_is_listed_with_the_reason(
    copied: Path, store: RunStore, damage: Callable[[Path], None], reason: str
) -> None:
    damage(copied)
    sound = new_run(store)
    (store.root / "not a run").mkdir()
    listed = {record.run_id: record for record in store.records()}
    assert listed[copied.name].state is RunState.DAMAGED
    assert reason in listed[copied.name].problem
    assert listed["not a run"].problem.startswith("This folder is no run: its name is not like")
    assert listed[sound].state is RunState.WAITING


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def of_another_network(path: Path) -> None:
    write_arrays(path, {**read_arrays(path), "weights_0": np.zeros((64, 17), np.float32)})


def of_other_data(path: Path) -> None:
    arrays = read_arrays(path)
    write_arrays(path, {**arrays, "p": arrays["p"][1:], "labels": arrays["labels"][1:]})


@pytest.mark.parametrize("damage", [cut_short, of_another_network, of_other_data])
def test_a_damaged_checkpoint_is_passed_over(
    store: RunStore, damage: Callable[[Path], None]
) -> None:
    whole = train(store, new_run(store))
    run_id = new_run(store)
    train(store, run_id, moments=13)
    damage(max((store.folder(run_id) / "checkpoints").glob("clustering-*")))
    same(whole, train(store, run_id))


def test_a_folder_of_runs_may_lie_in_the_users_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DEC_RUNS_DIR", "~/runs")
    assert RunStore().root == tmp_path / "runs"
    assert RunStore(Path("~/others")).root == tmp_path / "others"


def test_a_torn_line_is_not_read(store: RunStore) -> None:
    run_id = new_run(store)
    train(store, run_id, moments=10)
    before = store.view(run_id)
    with (store.folder(run_id) / "events.jsonl").open("ab") as log:
        log.write(b'{"event":"TargetUpda')
    assert store.view(run_id).revision == before.revision


def test_a_folder_that_refuses_costs_the_saving_but_not_the_run(store: RunStore) -> None:
    run_id = new_run(store)
    recorder = Recorder(store, run_id)
    warnings: list[str] = []
    view = View()
    for number, (_, view, _, _) in enumerate(execute(recorder)):
        if number == 8:
            shutil.rmtree(store.folder(run_id) / "arrays")
            (store.folder(run_id) / "arrays").write_text("in the way")
        warnings = list(view.warnings)
    recorder.close()
    assert view.finished is not None
    assert [w for w in warnings if w.startswith("The run is no longer saved")]
    assert store.records()[0].state is RunState.DAMAGED


def test_a_second_process_is_refused(store: RunStore) -> None:
    run_id = new_run(store)
    recorder = Recorder(store, run_id)
    commands = (["resume", run_id], ["delete", run_id])
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "dec_core", "runs", *command],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "This needs a run that neither trains nor waits in a queue." in done.stderr
    recorder.close()


def test_the_bounds_of_a_run_leave_room_below_200_megabytes() -> None:
    a_map, a_line = MAP_SAMPLES * 2 * 4, 2_000
    bounded = LABEL_BYTES + EMBEDDING_BYTES + CHECKPOINT_BYTES
    assert bounded + MAX_FRAMES * a_map + 2_000 * a_line < 200_000_000
