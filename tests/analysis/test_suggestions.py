"""The settings that are suggested for data of a size, and what the values ask for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from dec_core.analysis.suggestions import ValueFacts, suggested_settings, value_facts
from dec_core.config import Config

UNIT = ValueFacts(0.0, 1.0, "none", 0)


def suggested(
    n_samples: int, n_features: int = 20, n_classes: int | None = 3, values: ValueFacts = UNIT
) -> dict[str, Any]:
    found = suggested_settings(n_samples, n_features, n_classes, values)
    assert all(one.reason.endswith(".") for one in found)
    return {one.path: one.value for one in found}


@pytest.mark.parametrize("n_samples", [2, 31, 178, 1_797, 70_000, 1_000_000])
@pytest.mark.parametrize("n_classes", [None, 1, 2, 500])
def test_they_are_settings_that_fit_the_data(n_samples: int, n_classes: int | None) -> None:
    values = suggested(n_samples, n_classes=n_classes)
    config = Config().with_values(values)
    assert config.clustering.batch_size <= max(8, n_samples / 4)
    assert config.clustering.batch_size == config.get("pretraining.batch_size")
    assert 2 <= config.clustering.n_clusters <= max(10, n_samples)
    assert config.clustering.batch_order == "shuffled"


def test_as_many_clusters_as_classes_or_a_guess() -> None:
    assert suggested(178)["clustering.n_clusters"] == 3
    guess = suggested_settings(178, 13, None, UNIT)
    (clusters,) = [one for one in guess if one.path == "clustering.n_clusters"]
    assert (clusters.value, clusters.reason[:8]) == (9, "A guess:")


def test_small_data_are_trained_on_for_as_many_steps() -> None:
    for n_samples, steps in ((178, 600), (569, 600), (1_797, 2_400)):
        values = suggested(n_samples)
        per_pass = -(-n_samples // values["pretraining.batch_size"])
        assert steps <= values["pretraining.epochs"] * per_pass < steps + per_pass


def test_large_data_get_the_large_network_and_a_few_epochs() -> None:
    values = suggested(70_000, 784)
    assert values["autoencoder.units"] == (500, 500, 2000, 10)
    assert values["pretraining.epochs"] == 20
    assert values["clustering.update_interval"] == 140


@pytest.mark.parametrize(
    ("x", "is_images", "scaling", "log1p"),
    [
        (datasets.load_wine().data, False, "standard", None),
        (datasets.load_breast_cancer().data, False, "standard", None),
        (datasets.load_digits().data, False, "unit", None),
        (datasets.load_digits().data / 16, True, "none", None),
        (np.arange(512, dtype=np.uint8).reshape(8, 64), True, "pixels", None),
        (np.exp(3 * np.random.default_rng(0).normal(size=(500, 4))), False, "standard", True),
    ],
)
def test_the_scaling_follows_from_the_values(
    x: np.ndarray, scaling: str, log1p: bool | None, *, is_images: bool
) -> None:
    values = suggested(len(x), values=value_facts(x, is_images=is_images))
    assert values["data.scaling"] == scaling
    assert values.get("data.log1p") is log1p


def test_the_reason_names_the_values() -> None:
    found = suggested_settings(178, 784, None, ValueFacts(0, 255, "pixels", 0))
    assert found[0].reason == "Values from 0 to 255: divided by 255."
