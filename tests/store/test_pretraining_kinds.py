"""Runs of each kind of pretraining end, resume and branch bit for bit; wrong ones are refused."""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dec_core.config import Config
from dec_core.errors import SettingsError
from dec_core.events.events import PretrainingReused
from dec_core.export.bundle import export_run
from dec_core.runs.execution import new_recorder, train_recorded, train_to_store
from dec_core.store.branch import branch
from dec_core.store.earlier_autoencoder import fitting_runs, pretrained_of, run_misfit
from dec_core.store.store import RunStore
from dec_core.training.checkpoint import Pretrained
from tests.runs.short_runs import SMALL
from tests.store.test_store import Seen, same, stored, train
from tests.training.bits import assert_same_bits

LAYER_WISE = {"pretraining.kind": "layer-wise", "pretraining.layer_epochs": 2}
MOVED = {"pretraining.shift": 1, "pretraining.rotation": 15, "clustering.shift": 1}
NONE = {"pretraining.kind": "none"}
IDEC = {"clustering.objective": "idec"}


def config_of(values: Mapping[str, Any]) -> Config:
    """Of a small run; without the fields of training where nothing is trained."""
    is_trained = values.get("pretraining.kind") not in ("none", "from-run")
    small = {path: v for path, v in SMALL.items() if is_trained or "pretraining" not in path}
    return Config().with_values({**small, **values})


def from_run(run_id: str) -> dict[str, Any]:
    return {"pretraining.kind": "from-run", "pretraining.run": run_id}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore(tmp_path_factory.mktemp("kinds"))


@pytest.fixture(scope="module")
def layer_wise(store: RunStore) -> tuple[str, Seen]:
    run_id = store.create(config_of(LAYER_WISE), "digits")
    return run_id, train(store, run_id)


@pytest.fixture(scope="module")
def taken(store: RunStore, layer_wise: tuple[str, Seen]) -> str:
    """A run that began with the autoencoder of the layer-wise one."""
    return train_to_store(config_of(from_run(layer_wise[0])), store, "digits")


@pytest.mark.parametrize("moments", [3, 6, 18], ids=["in a layer", "in all layers", "clustering"])
def test_a_layer_wise_run_that_is_given_up_resumes_exactly(
    tmp_path: Path, layer_wise: tuple[str, Seen], moments: int
) -> None:
    # A store of its own, which has no autoencoder to take over.
    alone = RunStore(tmp_path / "alone")
    run_id = alone.create(config_of(LAYER_WISE), "digits")
    train(alone, run_id, moments=moments)
    assert alone.checkpoint_files(run_id).is_empty is False
    again = train(alone, run_id)
    same(layer_wise[1], again)
    assert [(one.layer, one.loss) for one in again.view.pretraining] == [
        (one.layer, one.loss) for one in layer_wise[1].view.pretraining
    ]
    assert [one.layer for one in stored(alone, run_id).view.pretraining] == [1, 1, 2, 2, None, None]


@pytest.mark.parametrize("values", [MOVED, NONE], ids=["moved images", "none"])
def test_other_kinds_end_resume_and_branch_exactly(store: RunStore, values: dict[str, Any]) -> None:
    config = config_of(values)
    whole, given_up = (store.create(config, "digits") for _ in range(2))
    seen = train(store, whole)
    train(store, given_up, moments=10)
    same(seen, train(store, given_up))
    same(seen, train(store, branch(store, whole, config, "digits", 20)))


def test_an_earlier_autoencoder_is_taken_copied_and_outlives_its_run(
    tmp_path: Path, store: RunStore, layer_wise: tuple[str, Seen], taken: str
) -> None:
    source, seen = layer_wise
    same(seen, stored(store, taken))
    view = store.view(taken)
    assert view.reused == PretrainingReused(6, source)
    assert not view.pretraining
    start = view.start
    assert start is not None and seen.view.start is not None
    assert start.value("reconstruction_error") == seen.view.start.value("reconstruction_error")
    assert_same_bits(weights(store, taken), weights(store, source))
    # All that is left is the run itself, and one that took its autoencoder from it.
    alone = RunStore(tmp_path / "alone")
    shutil.copytree(store.folder(taken), alone.root / taken)
    again = train_to_store(config_of(from_run(taken)), alone, "digits")
    same(seen, stored(alone, again))
    idec = config_of({**from_run(source), **IDEC})
    child = branch(alone, taken, idec, "digits", 0)
    trained = train(alone, child).view
    assert trained.updates[-1].measures["reconstruction_loss"] > 0
    assert_same_bits(weights(alone, child), weights(store, source))


def weights(store: RunStore, run_id: str) -> tuple[Any, ...]:
    found = pretrained_of(store, run_id)
    assert isinstance(found, Pretrained)
    return found.weights


def test_a_run_with_an_earlier_autoencoder_resumes_without_the_earlier_run(
    tmp_path: Path, store: RunStore, layer_wise: tuple[str, Seen]
) -> None:
    given_up = store.create(config_of(from_run(layer_wise[0])), "digits")
    train(store, given_up, moments=3)
    assert not store.view(given_up).updates
    alone = RunStore(tmp_path / "alone")
    shutil.copytree(store.folder(given_up), alone.root / given_up)
    same(layer_wise[1], train(alone, given_up))


def test_the_script_of_such_a_run_repeats_it(
    tmp_path: Path, store: RunStore, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "reproduce.py"
    export_run(store, taken, path, only=["reproduce.py"])
    monkeypatch.setenv("DEC_RUNS_DIR", str(store.root))
    assert runpy.run_path(str(path))["main"]() == 0


def test_runs_that_cannot_give_an_autoencoder_are_refused_with_the_reason(
    tmp_path: Path, store: RunStore, layer_wise: tuple[str, Seen], taken: str
) -> None:
    source = layer_wise[0]
    waiting = store.create(config_of({}), "digits")
    untrained = train_to_store(config_of(NONE), store, "digits")
    other = {**from_run(source), "autoencoder.units": (8, 4)}
    for values, words in (
        (from_run("quiet-otter-0000"), "There is no run quiet-otter-0000 in"),
        (from_run("otter"), "A run id looks like quiet-otter-3f2a"),
        (from_run(waiting), f"a run that has trained. {waiting} has not"),
        (from_run(untrained), f"a run that was pretrained. {untrained} was not"),
        (from_run(""), "must be the id of an earlier run. Received none"),
        (other, "That of .* is another one"),
    ):
        with pytest.raises(SettingsError, match=rf"^pretraining\.run: .*{words}") as caught:
            train_to_store(config_of(values), store, "digits")
        assert list(caught.value.by_setting) == ["pretraining.run"]
    store.delete(waiting)
    misfit = run_misfit(store, config_of(from_run(source)), 784)
    assert misfit is not None and misfit.words.endswith(f"{source} had 64")
    # What differs in how weights began fits all the same; newest first.
    alike = config_of({**from_run(source), "autoencoder.initializer": "he_normal", "seed": 5})
    found = [record.run_id for record in fitting_runs(store, alike, 64)]
    assert {source, taken} <= set(found)
    assert found.index(taken) < found.index(source)
    assert untrained not in found
    assert not fitting_runs(store, alike, 784)
    # Without the file of all runs it is gone; that of the run which took it is not.
    alone = RunStore(tmp_path / "alone")
    for run_id in (source, taken):
        shutil.copytree(store.folder(run_id), alone.root / run_id)
    gone = run_misfit(alone, config_of(from_run(source)), 64)
    assert gone is not None and "autoencoder is kept" in gone.words
    assert run_misfit(alone, config_of(from_run(taken)), 64) is None
    # A run that is kept in memory only reads the store all the same.
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    recorder = new_recorder(RunStore(blocked), config_of(from_run(source)), "digits")
    with pytest.raises(SettingsError, match=r"pretraining\.run: must be the id of a stored run"):
        train_recorded(recorder)


def test_images_are_moved_only_where_there_are_images(store: RunStore, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    rows = "\n".join(f"{i},{i % 7},{i % 5}" for i in range(40))
    path.write_text(f"a,b,c\n{rows}\n", encoding="utf-8")
    table = {"data.name": "file", "data.file": str(path), "data.n_samples": None}
    for setting in ("pretraining.shift", "clustering.rotation"):
        with pytest.raises(SettingsError, match=rf"^{setting}: must be 0, as the rows of these"):
            train_to_store(config_of({**table, setting: 3}), store, "digits")
    with pytest.raises(
        SettingsError, match=r"^pretraining\.shift: must be at most 7, as the images"
    ):
        train_to_store(config_of({"pretraining.shift": 8}), store, "digits")
