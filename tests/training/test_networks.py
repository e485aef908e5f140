"""A run that takes over the graphs of an earlier one is the run that it would be alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dec_core.config import SETTINGS
from dec_core.data import Dataset
from dec_core.events.events import TargetUpdated
from dec_core.training import trainer
from dec_core.training.networks import CompiledNetwork, NetworkPool
from dec_core.training.trainer import Trainer
from tests.training.small_runs import blobs, drive, of_kind, small_config, small_context

ROOM_FOR_ALL = 1_000_000
# Everything that no graph depends on, other than in ``small_config``.
ANOTHER_RUN: dict[str, Any] = {
    "seed": 5,
    "autoencoder.initializer": "he_normal",
    "autoencoder.bottleneck_initializer": "glorot_uniform",
    "pretraining.epochs": 3,
    "pretraining.learning_rate": 0.01,
    "clustering.learning_rate": 0.02,
    "clustering.update_interval": 7,
    "clustering.tol": 0.0001,
    "clustering.max_iterations": 30,
    "clustering.kmeans_restarts": 3,
    "clustering.reset": "soft",
    "clustering.reset_every": 2,
    "clustering.reset_keep": 0.5,
    "clustering.resets": 2,
}
CONV: dict[str, Any] = {
    "autoencoder.kind": "conv",
    "autoencoder.filters": (2,),
    "autoencoder.kernels": (3,),
    "autoencoder.strides": (1,),
    "autoencoder.image_shape": (5, 1, 1),
}
CONV_GRAPHS: dict[str, Any] = {
    "autoencoder.filters": (3,),
    "autoencoder.kernels": (2,),
    "autoencoder.strides": (2,),
    "autoencoder.dimensions": 4,
    "autoencoder.image_shape": (1, 5, 1),
}
LAYERS: dict[str, Any] = {"pretraining.kind": "layer-wise"}
LAYERS_RUN: dict[str, Any] = {"pretraining.layer_epochs": 3}
LAYERS_GRAPHS: dict[str, Any] = {"pretraining.dropout": 0.5}
FROM_RUN: dict[str, Any] = {"pretraining.kind": "from-run", "pretraining.run": "quiet-otter-3f2a"}
OTHER_GRAPHS: dict[str, Any] = {
    "autoencoder.units": (4, 3),
    "autoencoder.activation": "tanh",
    "autoencoder.dropout": 0.5,
    "pretraining.optimizer": "sgd",
    "pretraining.momentum": 0.5,
    "pretraining.batch_size": 32,
    "pretraining.shuffle": False,
    "pretraining.shift": 1,
    "pretraining.rotation": 1,
    "clustering.shift": 1,
    "clustering.rotation": 1,
    "clustering.n_clusters": 4,
    "clustering.alpha": 2.0,
    "clustering.target": "r-recycled",
    "clustering.objective": "idec",
    "clustering.loss": "mse",
    "clustering.gamma": 0.5,
    "clustering.optimizer": "adam",
    "clustering.momentum": 0.5,
    "clustering.batch_size": 32,
    "clustering.batch_order": "shuffled",
    "clustering.dissolve": "small",
    "clustering.neighbor_weight": 0.5,
}
# What no graph depends on, of a kind that another graph has.
BESIDE_OTHERS = {"clustering.dissolve_below"}


def numbers(values: dict[str, Any]) -> list[str]:
    """Every digit of every update of a run."""
    updates = of_kind(drive(Trainer(small_config(values), blobs())), TargetUpdated)
    return [repr((u.cluster_sizes, u.is_finite, u.measures)) for u in updates]


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> NetworkPool:
    """A pool that trainers of this test use, and nobody else has."""
    pool = NetworkPool(ROOM_FOR_ALL)
    monkeypatch.setattr(trainer, "NETWORKS", pool)
    return pool


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize(
    ("optimizer", "others"),
    [
        ("sgd", {}),
        ("adam", {"autoencoder.dropout": 0.2}),
        ("adam", {**LAYERS, **LAYERS_RUN}),
    ],
    ids=["sgd", "adam with dropout", "layer-wise"],
)
def test_a_run_after_another_is_as_it_would_be_alone(
    monkeypatch: pytest.MonkeyPatch, optimizer: str, others: dict[str, Any]
) -> None:
    values = {"pretraining.optimizer": optimizer, "clustering.optimizer": optimizer, **others}
    first = numbers(values)
    second = numbers({**values, **ANOTHER_RUN})
    assert numbers(values) == first
    monkeypatch.setattr(trainer, "NETWORKS", NetworkPool(0))
    assert numbers({**values, **ANOTHER_RUN}) == second
    assert second != first


def test_every_setting_is_one_of_the_graph_or_one_of_the_run() -> None:
    named = {path for path in SETTINGS if not path.startswith("data.")}
    of_runs = ANOTHER_RUN.keys() | LAYERS_RUN.keys() | FROM_RUN.keys()
    of_graphs = OTHER_GRAPHS.keys() | CONV.keys() | CONV_GRAPHS.keys() | LAYERS_GRAPHS.keys()
    assert named == of_runs | of_graphs | BESIDE_OTHERS


def taken(pool: NetworkPool, values: dict[str, Any] | None = None, n_samples: int = 300) -> Any:
    with pool.network(small_context(values, blobs(n_samples))) as network:
        return network


def test_a_network_is_used_again_where_the_graphs_are_the_same(
    pool: NetworkPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = taken(pool)
    assert taken(pool, ANOTHER_RUN) is network
    assert taken(pool, n_samples=299) is not network
    whole = Dataset("whole", np.zeros((300, 5), np.uint8))
    with pool.network(small_context(dataset=whole)) as other:
        assert other is network  # few whole numbers are converted to float32
    monkeypatch.setattr("dec_core.training.resident.CONVERTED_BYTES", 0)
    with pool.network(small_context(dataset=whole)) as other:
        assert other is not network
    of_kinds: dict[str, dict[str, Any]] = {
        "clustering.gamma": {"clustering.objective": "idec"},
        "clustering.neighbor_weight": {"clustering.dissolve": "small"},
    }
    for path, value in OTHER_GRAPHS.items():
        beside = of_kinds.get(path, {})
        assert taken(pool, {**beside, path: value}) is not taken(pool, beside), path
    small = {"clustering.dissolve": "small"}
    assert taken(pool, {**small, "clustering.dissolve_below": 0.9}) is taken(pool, small)
    conv = taken(pool, CONV)
    assert taken(pool, {**CONV, "autoencoder.initializer": "he_normal"}) is conv
    for path, value in CONV_GRAPHS.items():
        assert taken(pool, {**CONV, path: value}) is not conv, path
    layers = taken(pool, LAYERS)
    assert layers is not network
    assert taken(pool, {**LAYERS, **LAYERS_RUN}) is layers
    assert taken(pool, {**LAYERS, **LAYERS_GRAPHS}) is not layers
    named = taken(pool, FROM_RUN)
    assert taken(pool, {**FROM_RUN, "pretraining.run": "other-otter-3f2a"}) is named


def test_two_runs_at_once_have_a_network_each(pool: NetworkPool) -> None:
    with pool.network(small_context()) as one, pool.network(small_context()) as other:
        assert one is not other
    # The second one came back last.
    assert taken(pool) in (one, other)


def test_a_network_that_raised_is_not_used_again(pool: NetworkPool) -> None:
    def fail() -> CompiledNetwork:
        with pool.network(small_context()) as network:
            kept.append(network)
            raise ValueError

    kept: list[CompiledNetwork] = []
    with pytest.raises(ValueError):
        fail()
    assert taken(pool) is not kept[0]


def test_a_run_that_is_given_up_gives_its_network_back(pool: NetworkPool) -> None:
    events = Trainer(small_config(), blobs()).events()
    next(event for event in events if isinstance(event, TargetUpdated))
    network = taken(pool)
    del events
    assert taken(pool) is not network


def test_the_one_that_was_used_longest_ago_goes_for_room() -> None:
    small = taken(NetworkPool(ROOM_FOR_ALL)).n_bytes
    pool = NetworkPool(2 * small)
    values = [{"clustering.n_clusters": k} for k in (3, 4, 5)]
    networks = [taken(pool, one) for one in values]
    assert taken(pool, values[2]) is networks[2]
    assert taken(pool, values[0]) is not networks[0]
