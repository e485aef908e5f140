"""One and the same run as each version of the schema wrote it still opens, today and later."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dec_core.analysis.verdict import Verdict
from dec_core.events.events import KMEANS
from dec_core.events.growing import Growing
from dec_core.events.outcome import labels_sha256
from dec_core.export.bundle import export_run
from dec_core.store.branch import branch
from dec_core.store.former_versions import renumbered
from dec_core.store.record import SCHEMA, RunState
from dec_core.store.store import RunStore
from tests.store.test_store import Seen, same, stored, train

RUNS = Path(__file__).parents[1] / "golden" / "runs"
GOLDEN = RUNS / "steady-puffin-cbfc"
BY_SCHEMA = {1: GOLDEN.name, 2: "ready-ferret-57d4"}

LABELS = "d8214fbe66e1968556ae70e7e04751ba2d24baf347ca3f00c266c22eb9248682"
NEWEST_FILES = [
    "embedding_sample-000000.frames",
    "embedding_sample-kmeans.z",
    "labels-000000.frames",
    "labels-kmeans.z",
    "start.npz",
]


@pytest.fixture
def store() -> RunStore:
    store = RunStore()
    shutil.copytree(RUNS, store.root)
    return store


@pytest.fixture(params=BY_SCHEMA)
def run_id(request: pytest.FixtureRequest, store: RunStore) -> str:
    """The run of each schema."""
    name = BY_SCHEMA[request.param]
    written = json.loads((store.folder(name) / "run.json").read_text())
    assert written["schema"] == request.param
    return name


def test_every_schema_has_its_run() -> None:
    assert max(BY_SCHEMA) == SCHEMA
    assert {path.name for path in RUNS.iterdir()} == set(BY_SCHEMA.values())


def test_it_shows_what_it_showed(store: RunStore, run_id: str) -> None:
    record = store.record(run_id)
    assert record.state is RunState.FINISHED
    assert (record.dataset, record.n_samples, record.preset) == ("digits", 120, "digits")
    view, frames = stored(store, run_id)
    assert [update.iteration for update in view.updates] == [0, 20, 40, 60]
    last = view.updates[-1]
    assert labels_sha256(frames.labels(3)) == LABELS
    assert last.measures["acc"] == 0.325
    assert view.finished is not None
    assert view.finished.judgement.verdict is Verdict.UNFINISHED
    assert frames.kept() == [0, 1, 2, 3]
    for update in (KMEANS, *frames.kept()):
        assert frames.labels(update).shape == (120,)
        assert frames.embedding(update).shape == (120, 3)
        assert frames.embedded(update).centers.shape == (0, 3)


def test_what_older_logs_do_not_say_of_the_samples_is_read_beside_them(
    store: RunStore, run_id: str
) -> None:
    first, *_ = (store.folder(run_id) / "events.jsonl").read_text().splitlines()
    assert not json.loads(first).keys() & {"n_sampled", "has_true_labels"}
    view, frames = stored(store, run_id)
    assert view.started is not None
    assert (view.started.n_sampled, view.started.has_true_labels) == (120, True)
    assert frames.samples.sample_ids.shape == (120,)
    assert frames.samples.true_labels is not None


def test_iterations_count_the_steps_done_in_runs_that_counted_from_1(
    store: RunStore, run_id: str
) -> None:
    sentence = "Reached the maximum at iteration 60 before the labels settled: "
    view, summary = store.view(run_id), store.record(run_id).summary
    assert view.iteration == view.updates[-1].iteration == 60
    assert view.finished is not None and summary is not None
    assert view.finished.judgement.sentence.startswith(sentence)
    assert (summary.get("sentence") or "").startswith(sentence)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "Collapsed: 2 of 10 clusters left at iteration 1,001, collapsing since iteration 21.",
            "Collapsed: 2 of 10 clusters left at iteration 1,000, collapsing since iteration 20.",
        ),
        ("Converged at iteration 1,000.", "Converged at iteration 1,000."),
        ("Stopped by you before clustering began.", "Stopped by you before clustering began."),
    ],
)
def test_a_verdict_is_renumbered_once(before: str, after: str) -> None:
    assert renumbered(before, 1_000) == after
    assert renumbered(after, 1_000) == after


def test_it_can_be_branched_and_exported(store: RunStore, run_id: str, tmp_path: Path) -> None:
    assert store.checkpoints(run_id) == (20, 60)
    config = store.view(run_id).config.with_values({"clustering.max_iterations": 80})
    child = branch(store, run_id, config, "digits", 60)
    branched = train(store, child)
    assert branched.view.iteration == 80
    same(branched, stored(store, child))
    assert [path.name for path in arrays(store, child)] == NEWEST_FILES
    exported = export_run(store, run_id, tmp_path / "model.keras", only=["model.keras"])
    assert exported.path.stat().st_size > 1_000


def test_it_goes_on_where_it_was_interrupted(store: RunStore, run_id: str) -> None:
    whole = stored(store, run_id)
    folder = store.folder(run_id)
    record, log = folder / "run.json", folder / "events.jsonl"
    record.write_text(record.read_text().replace('"finished"', '"running"'))
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:-1]))
    (folder / "checkpoints" / "clustering-00000060.npz").unlink()
    assert store.record(run_id).state is RunState.INTERRUPTED
    train(store, run_id)
    assert store.record(run_id).state is RunState.FINISHED
    again = stored(store, run_id)
    assert len(again.view.updates) == len(whole.view.updates)
    # What was trained again may differ on another machine in its last digits.
    same(first_updates(whole), first_updates(again))
    assert [path.name for path in arrays(store, run_id)] == NEWEST_FILES


def first_updates(run: Seen) -> Seen:
    updates = Growing(run.view.updates[:2])
    return Seen(replace(run.view, updates=updates, finished=None), run.frames)


def arrays(store: RunStore, run_id: str) -> list[Path]:
    return sorted((store.folder(run_id) / "arrays").iterdir())
