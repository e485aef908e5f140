"""Runs that train the decoder along: they resume and branch bit for bit, also from and to DEC."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from dec_core.data import load
from dec_core.errors import SettingsError
from dec_core.store.branch import branch
from dec_core.store.lineage import legs_of
from dec_core.store.store import RunStore
from dec_core.training.checkpoint import Checkpoint
from dec_core.training.repeat import repeat
from tests.runs.short_runs import small_config
from tests.store.test_store import Seen, new_run, same, stored, train

IDEC = {"clustering.objective": "idec"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore(tmp_path_factory.mktemp("decoders"))


@pytest.fixture(scope="module")
def dec(store: RunStore) -> tuple[str, Seen]:
    run_id = new_run(store)
    return run_id, train(store, run_id)


@pytest.fixture(scope="module")
def idec(store: RunStore) -> tuple[str, Seen]:
    run_id = new_run(store, clustering__objective="idec")
    return run_id, train(store, run_id)


def decoder_bytes(checkpoint: Checkpoint) -> list[bytes]:
    return [array.tobytes() for array in checkpoint.decoder]


def test_the_reconstruction_error_is_recorded_where_a_decoder_is_trained(
    store: RunStore, dec: tuple[str, Seen], idec: tuple[str, Seen]
) -> None:
    first, *others = [update.measures for update in idec[1].view.updates]
    assert np.isnan(first["reconstruction_loss"])
    assert all(one["reconstruction_loss"] > 0 for one in others)
    assert others[-1]["loss"] != dec[1].view.updates[-1].measures["loss"]
    assert all("reconstruction_loss" not in one.measures for one in dec[1].view.updates)
    assert not store.checkpoint(dec[0]).decoder
    trained, start = (decoder_bytes(store.checkpoint(idec[0], n)) for n in (40, 0))
    assert trained and all(one != other for one, other in zip(trained, start, strict=True))


def test_a_run_that_is_given_up_resumes_exactly(store: RunStore, idec: tuple[str, Seen]) -> None:
    run_id = new_run(store, clustering__objective="idec")
    train(store, run_id, moments=13)
    same(idec[1], train(store, run_id))
    same(idec[1], stored(store, run_id))
    again, whole = (store.checkpoint(one, 40) for one in (run_id, idec[0]))
    assert decoder_bytes(again) == decoder_bytes(whole)
    assert again.reconstruction_loss == whole.reconstruction_loss


def test_a_branch_goes_on_exactly(store: RunStore, idec: tuple[str, Seen]) -> None:
    same(idec[1], train(store, branch(store, idec[0], small_config(IDEC), "digits", 20)))


def test_a_branch_at_the_start_is_the_run_with_the_other_objective(
    store: RunStore, dec: tuple[str, Seen], idec: tuple[str, Seen]
) -> None:
    to_idec = branch(store, dec[0], small_config(IDEC), "digits", 0)
    to_dec = branch(store, idec[0], small_config(), "digits", 0)
    for child, whole in ((to_idec, idec), (to_dec, dec)):
        ended = train(store, child)
        pairs = zip(ended.view.updates[1:], whole[1].view.updates[1:], strict=True)
        assert all(dict(one.measures) == dict(other.measures) for one, other in pairs)


def test_a_line_of_both_objectives_is_repeated(store: RunStore, dec: tuple[str, Seen]) -> None:
    longer = {"clustering.max_iterations": 50}
    child = branch(store, dec[0], small_config(IDEC), "digits", 20)
    train(store, child)
    back = branch(store, child, small_config(longer), "digits", 30)
    expected = train(store, back)
    config = small_config()
    again = repeat(legs_of(store, back), load(config.data, config.seed))
    newest = len(expected.view.updates) - 1
    np.testing.assert_array_equal(again.labels, expected.frames.labels(newest))
    assert store.record(back).lineage is not None


def test_a_branch_without_a_decoder_is_refused(
    store: RunStore, dec: tuple[str, Seen], idec: tuple[str, Seen], tmp_path: Path
) -> None:
    other = RunStore(tmp_path)
    for run_id, _ in (dec, idec):
        shutil.copytree(store.folder(run_id), other.root / run_id)
    with pytest.raises(SettingsError, match="pretrained autoencoder is no longer kept"):
        branch(other, dec[0], small_config(IDEC), "digits", 20)
    assert len(other.records()) == 2
    branch(other, idec[0], small_config(), "digits", 20)
