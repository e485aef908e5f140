"""What a run takes at least: by hand, and never more than it took."""

from __future__ import annotations

import math

import pytest

from dec_core.config import PRESETS, Config, ConvNetwork
from dec_core.errors import SettingsError
from dec_core.machine import memory_bytes
from dec_core.training.memory import (
    EVALUATION_BYTES,
    check_memory,
    evaluation_rows,
    needed_bytes,
)


def test_needed_bytes_by_hand() -> None:
    config = Config().with_values(
        {
            "autoencoder.units": (3, 2),
            "pretraining.epochs": 0,
            "pretraining.batch_size": 50,
            "clustering.n_clusters": 10,
            "clustering.batch_size": 5,
            "clustering.optimizer": "adam",
        }
    )
    # 5-3-2 with 10 centres: 5 * 3 + 3 + 3 * 2 + 2 + 10 * 2 weights, their gradients, Adam's two
    # slots and two numbers; of 5 samples 3 + 2 outputs and twice 10 * 2 differences; P of 10.
    clustering = 4 * (4 * 46 + 2) + 4 * 5 * (5 + 40) + 4 * 10 * 10
    assert needed_bytes(config, 10, 5) == {
        "the data": 4 * 10 * 5,
        "q and the target distribution over all data": 10 * (20 * 10 + 4 * 2),
    }
    assert needed_bytes(config, 10, 5, value_bytes=1)["the data"] == 10 * 5
    assert needed_bytes(config, 9, 5) == {
        "the data": 4 * 9 * 5,
        "gradient steps of clustering": clustering - 40,
    }
    # IDEC trains 2 * 3 + 3 + 3 * 5 + 5 more, with 3 + 5 more outputs.
    idec = config.with_values({"clustering.objective": "idec"})
    along = 4 * 4 * 29 + 4 * 5 * 8
    assert needed_bytes(idec, 6, 5)["gradient steps of clustering"] == clustering - 160 + along
    # The decoder mirrors: 5-3-2-3-5, SGD with momentum, all 6 samples in a batch.
    config = config.with_values({"pretraining.epochs": 1})
    weights = (5 * 3 + 3) + (3 * 2 + 2) + (2 * 3 + 3) + (3 * 5 + 5)
    needed = needed_bytes(config, 600, 5)["q and the target distribution over all data"]
    assert needed == 600 * (20 * 10 + 8)
    config = config.with_values({"clustering.n_clusters": 2})
    assert needed_bytes(config, 6, 5)["pretraining"] == 4 * (3 * weights + 2) + 4 * 6 * 13


def test_feature_maps_of_a_batch_are_counted() -> None:
    config = Config().with_values(
        {
            "autoencoder.kind": "conv",
            "autoencoder.filters": "2",
            "autoencoder.kernels": "3",
            "autoencoder.strides": "2",
            "autoencoder.dimensions": "2",
            "pretraining.optimizer": "adam",
            "clustering.n_clusters": 2,
        }
    )
    # Images of 5 x 5, 3 x 3 maps of 2 filters, 2 dimensions, and back.
    weights = (9 * 2 + 2) + (18 * 2 + 2) + (2 * 18 + 18) + (9 * 2 + 1)
    needed = needed_bytes(config, 30, 25)["pretraining"]
    assert needed == 4 * (4 * weights + 2) + 4 * 30 * (18 + 2 + 18 + 25)
    many = config.with_values({"autoencoder.filters": "2048", "pretraining.batch_size": 10_000})
    assert needed_bytes(many, 10_000, 784)["pretraining"] > 4 * 10_000 * 2 * 14 * 14 * 2_048
    with pytest.raises(SettingsError, match="must fit the memory"):
        check_memory(many, 10_000, 784, available=16 * 2**30)


# Small enough for more rows at once.
MORE_ROWS = {"digits": 18_288, "r-port": 116_496}


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_keep_their_rows_and_fit_a_small_machine(preset: str) -> None:
    config = PRESETS[preset].config
    network = config.autoencoder
    kernels = network.encoder_shapes(784)[::2]
    places = [1] * len(kernels)
    if isinstance(network, ConvNetwork):
        maps = network.maps(784)
        widest = max(math.prod(shape) for shape in maps)
        places = [*(math.prod(shape[:-1]) for shape in maps[1:]), 1]
    else:
        widest = max(784, *config.get("autoencoder.units"))
    products = sum(n * math.prod(shape) for n, shape in zip(places, kernels, strict=True))
    n_clusters = config.clustering.n_clusters
    rows = evaluation_rows(n_clusters, network.n_dimensions, widest, products)
    assert rows == MORE_ROWS.get(preset, 8_192)
    check_memory(config, 70_000, 784, available=500_000_000)


def test_rows_shrink_with_the_bytes_of_one() -> None:
    rows = evaluation_rows(200, 2_000, 2_000, 1)
    assert 100 < rows < 8_192
    assert rows * 4 * 3 * 200 * 2_000 <= EVALUATION_BYTES
    assert evaluation_rows(200, 20_000, 20_000, 1) >= 1
    assert evaluation_rows(10**6, 10**6, 1, 1) == 1
    # A network of other layers than those with a kernel.
    assert evaluation_rows(10, 10, 100, 0) >= 8_192
    assert evaluation_rows(2, 2, 100, products=2**30 - 1) == 32
    assert evaluation_rows(2, 2, 100, products=2**40) == 16


def test_what_fits_exactly_is_not_refused() -> None:
    total = sum(needed_bytes(Config(), 1_797, 64).values())
    check_memory(Config(), 1_797, 64, available=total)
    with pytest.raises(
        SettingsError, match=rf"\({total - 1:,} bytes .*They take at least {total:,}"
    ):
        check_memory(Config(), 1_797, 64, available=total - 1)


def test_this_machine_has_room_for_the_tests() -> None:
    available = memory_bytes()
    assert available is None or available > 2**30
