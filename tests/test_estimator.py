"""``DEC`` behaves as every estimator of scikit-learn does."""

from __future__ import annotations

import doctest
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone  # type: ignore[import-untyped]
from sklearn.datasets import make_blobs  # type: ignore[import-untyped]
from sklearn.exceptions import ConvergenceWarning, NotFittedError  # type: ignore[import-untyped]
from sklearn.metrics import adjusted_rand_score  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]
from sklearn.utils.estimator_checks import (  # type: ignore[import-untyped]
    parametrize_with_checks,
)

import dec_core.estimator
from dec_core.estimator import DEC
from dec_core.store.record import RunState
from dec_core.store.store import RunStore

# Small and quick, but sound on the blobs of the checks.
QUICK: dict[str, Any] = {
    "n_clusters": 3,
    "units": (8, 3),
    "pretraining_epochs": 20,
    "pretraining_learning_rate": 0.01,
    "batch_size": 32,
    "update_interval": 10,
    "max_iter": 20,
    "n_init": 2,
}


_ONE_CLUSTER = "it asks for one cluster; DEC needs two, as one leaves nothing to assign"
EXPECTED_FAILURES = {
    "check_dict_unchanged": _ONE_CLUSTER,
    "check_dont_overwrite_parameters": _ONE_CLUSTER,
    "check_fit2d_1feature": _ONE_CLUSTER,
    "check_fit2d_predict1d": _ONE_CLUSTER,
    "check_methods_subset_invariance": _ONE_CLUSTER,
}


@parametrize_with_checks([DEC(**QUICK)], expected_failed_checks=lambda _: EXPECTED_FAILURES)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_it_is_an_estimator_of_scikit_learn(estimator: DEC, check: Callable[[DEC], None]) -> None:
    check(estimator)


@pytest.fixture(scope="module")
def blobs() -> tuple[np.ndarray, np.ndarray]:
    samples, labels = make_blobs(240, n_features=6, centers=3, cluster_std=0.7, random_state=1)
    return samples, labels


@pytest.fixture(scope="module")
def fitted(blobs: tuple[np.ndarray, np.ndarray]) -> DEC:
    return DEC(**QUICK, scaling="standard", random_state=0).fit(blobs[0])


def test_idec_is_an_objective(fitted: DEC, blobs: tuple[np.ndarray, np.ndarray]) -> None:
    idec = DEC(**QUICK, scaling="standard", random_state=0, objective="idec", gamma=0.5)
    idec.set_params(warm_start_from=fitted).fit(blobs[0])
    config = idec.view_.config
    assert (config.get("clustering.objective"), config.get("clustering.gamma")) == ("idec", 0.5)
    assert idec.view_.updates[-1].measures["reconstruction_loss"] > 0
    assert (idec.predict(blobs[0]) == idec.labels_).all()
    assert idec.cluster_centers_.shape == (3, 3)


def test_pretraining_may_be_of_another_kind(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    found = DEC(**QUICK, random_state=0, settings={"pretraining.kind": "none"}).fit(blobs[0])
    assert not found.view_.pretraining
    assert found.view_.config.get("clustering.batch_size") == 32


def test_the_checks_that_ask_for_one_cluster_hold_with_three(
    fitted: DEC, blobs: tuple[np.ndarray, np.ndarray]
) -> None:
    samples = blobs[0]
    for method in ("predict", "transform", "score_samples"):
        whole = getattr(fitted, method)(samples[:40])
        alone = np.concatenate([getattr(fitted, method)(row[None]) for row in samples[:40]])
        np.testing.assert_allclose(whole, alone, atol=1e-5)
    with pytest.raises(ValueError, match="1D array"):
        fitted.predict(samples[0])
    with pytest.warns(ConvergenceWarning, match="one dimension"):
        narrow = DEC(**QUICK, random_state=0).fit(samples[:, :1])
    assert len(set(narrow.labels_)) > 1


def test_it_finds_the_groups_and_assigns_again(
    fitted: DEC, blobs: tuple[np.ndarray, np.ndarray]
) -> None:
    samples, groups = blobs
    assert adjusted_rand_score(groups, fitted.labels_) == 1
    np.testing.assert_array_equal(fitted.predict(samples), fitted.labels_)
    q = fitted.score_samples(samples)
    np.testing.assert_allclose(q.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(q.argmax(axis=1), fitted.labels_)
    assert fitted.cluster_centers_.shape == (3, 3)
    assert fitted.n_iter_ == fitted.view_.iteration > 0


def test_a_pickled_and_a_cloned_one(fitted: DEC, blobs: tuple[np.ndarray, np.ndarray]) -> None:
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.transform(blobs[0]), fitted.transform(blobs[0]))
    twin = clone(fitted)
    with pytest.raises(NotFittedError):
        twin.predict(blobs[0])
    np.testing.assert_array_equal(twin.fit(blobs[0]).labels_, fitted.labels_)


def test_within_a_pipeline_its_columns_have_names(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    steps = make_pipeline(StandardScaler(), DEC(**QUICK, random_state=0))
    labels = steps.set_output(transform="pandas").fit_predict(blobs[0])
    assert adjusted_rand_score(blobs[1], labels) == 1
    embedding = steps.transform(blobs[0])
    assert list(embedding.columns) == ["dec0", "dec1", "dec2"]


def test_a_stored_run_is_one_that_the_app_shows(
    blobs: tuple[np.ndarray, np.ndarray], fitted: DEC, tmp_path: Path
) -> None:
    stored = DEC(**QUICK, scaling="standard", random_state=0, run_dir=tmp_path).fit(blobs[0])
    store = RunStore(tmp_path)
    (record,) = store.records()
    assert (record.run_id, record.dataset) == (stored.run_id_, "array")
    assert record.state is RunState.FINISHED
    view = store.view(record.run_id)
    np.testing.assert_array_equal(
        store.frames(record.run_id, view).labels(len(view.updates) - 1), fitted.labels_
    )


def test_a_warm_start_takes_the_pretrained_autoencoder(
    fitted: DEC, blobs: tuple[np.ndarray, np.ndarray]
) -> None:
    options = {**QUICK, "n_clusters": 4, "scaling": "standard", "random_state": 0}
    warm = DEC(**options, warm_start_from=fitted).fit(blobs[0])
    assert warm.view_.pretraining == fitted.view_.pretraining or [
        epoch.loss for epoch in warm.view_.pretraining
    ] == [epoch.loss for epoch in fitted.view_.pretraining]
    assert len(warm.cluster_centers_) == 4
    with pytest.raises(ValueError, match="same layers"):
        DEC(**{**options, "units": (5, 2)}, warm_start_from=fitted).fit(blobs[0])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("network", "shape"), [("conv", (3, 2, 1)), ("conv3d", (1, 3, 2, 1))])
def test_every_network_is_at_hand(
    network: str, shape: tuple[int, ...], blobs: tuple[np.ndarray, np.ndarray]
) -> None:
    layers = {"filters": (4,), "kernels": (2,), "strides": (2,), "dimensions": 3}
    settings = {f"autoencoder.{name}": value for name, value in layers.items()}
    options = {**QUICK, "settings": settings, "random_state": 0}
    dec = DEC(**options, network=network, image_shape=shape).fit(blobs[0])
    assert dec.transform(blobs[0]).shape == (240, 3)
    assert np.array_equal(dec.predict(blobs[0]), dec.labels_)
    again = DEC(**options, network=network, image_shape=shape).fit_predict(blobs[0])
    assert np.array_equal(again, dec.labels_)


def test_a_collapse_is_a_warning(blobs: tuple[np.ndarray, np.ndarray]) -> None:
    ruined = DEC(**{**QUICK, "max_iter": 200}, learning_rate=10.0, random_state=0)
    with pytest.warns(ConvergenceWarning, match="Collapsed|Diverged"):
        ruined.fit(blobs[0])
    assert ruined.verdict_ in {"collapsed", "diverged"}


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"n_clusters": 150}, "n_clusters must be between 2 and the number of samples"),
        ({"units": ()}, "autoencoder.units"),
        ({"target": "papers"}, "clustering.target"),
        ({"settings": {"autoencoder.unit": 3}}, "Unknown setting"),
        ({"network": "conv"}, "autoencoder.image_shape: the rows of these"),
        ({"network": "conv3d", "image_shape": (2, 3, 1)}, "image_shape: must be four numbers"),
        ({"image_shape": (2, 2)}, "image_shape of array must be three numbers"),
        ({"network": "round"}, "autoencoder.kind: must be 'dense'"),
        ({"scaling": "robust"}, "data.scaling"),
    ],
)
def test_wrong_parameters_are_value_errors(
    parameters: dict[str, Any], words: str, blobs: tuple[np.ndarray, np.ndarray]
) -> None:
    with pytest.raises(ValueError, match=words):
        DEC(**{**QUICK, **parameters}).fit(blobs[0][:100])


def test_its_examples_are_true() -> None:
    assert doctest.testmod(dec_core.estimator).failed == 0


def test_it_tells_of_its_updates(
    blobs: tuple[np.ndarray, np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    DEC(**QUICK, scaling="standard", random_state=0, verbose=1).fit(blobs[0])
    assert capsys.readouterr().out.startswith("Itr 1 (out of 20)")
