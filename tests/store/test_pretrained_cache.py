"""The cache of autoencoders: what it gives back, what it refuses, what it forgets."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from dec_core.config import Config
from dec_core.events.events import Phase, Progress
from dec_core.runs.execution import execute
from dec_core.store import pretrained_cache as pretrained_module
from dec_core.store.array_files import write_arrays
from dec_core.store.pretrained_cache import PretrainedCache
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from dec_core.training.checkpoint import Pretrained
from dec_core.training.shapes import autoencoder_shapes
from tests.runs.short_runs import small_config
from tests.store.test_store import new_run, same, train

N_FEATURES = 64


def made_up(config: Config, n_features: int = N_FEATURES) -> Pretrained:
    """An autoencoder of the right shapes that nobody has trained."""
    shapes = autoencoder_shapes(n_features, config.autoencoder)
    weights = tuple(np.full(shape, config.seed, np.float32) for shape in shapes)
    return Pretrained(weights, (0.5,) * config.pretraining_epochs)


@pytest.fixture
def cache(tmp_path: Path) -> PretrainedCache:
    return PretrainedCache(tmp_path)


def test_what_was_put_is_got(cache: PretrainedCache) -> None:
    config = small_config({"seed": 3})
    cache.put(config, "data", made_up(config))
    found = cache.get(config, "data", N_FEATURES)
    assert found is not None and found.losses == (0.5, 0.5)
    assert all((weight == 3).all() for weight in found.weights)
    assert cache.get(config, "other data", N_FEATURES) is None
    assert cache.get(small_config({"seed": 4}), "data", N_FEATURES) is None


def test_what_does_not_fit_counts_as_none(cache: PretrainedCache, tmp_path: Path) -> None:
    config = small_config()
    cache.put(config, "data", made_up(config, N_FEATURES + 1))
    assert cache.get(config, "data", N_FEATURES) is None
    whole = made_up(config)
    cache.put(config, "data", Pretrained(whole.weights, (0.5,)))
    assert cache.get(config, "data", N_FEATURES) is None
    cache.put(config, "data", Pretrained(whole.weights[:-1], whole.losses))
    assert cache.get(config, "data", N_FEATURES) is None
    (path,) = tmp_path.glob("*.npz")
    for damaged in ({"losses": np.array(0.5)}, {"weights_0": np.zeros(2)}, {}):
        write_arrays(path, damaged)
        assert cache.get(config, "data", N_FEATURES) is None


def test_the_least_recently_used_go_first(
    cache: PretrainedCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configs = [small_config({"seed": seed}) for seed in range(5)]
    for age, config in enumerate(configs[:4]):
        cache.put(config, "data", made_up(config))
        newest = max(tmp_path.glob("*.npz"), key=lambda path: path.stat().st_mtime)
        os.utime(newest, (1_000 + age, 1_000 + age))
    size = newest.stat().st_size
    assert cache.get(configs[0], "data", N_FEATURES) is not None  # used just now
    monkeypatch.setattr(pretrained_module, "MAX_BYTES", 3 * size)
    cache.put(configs[4], "data", made_up(configs[4]))
    kept = [cache.get(config, "data", N_FEATURES) is not None for config in configs]
    assert kept == [True, False, False, True, True]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 3 * size


def test_pretraining_is_paid_once() -> None:
    store = RunStore()
    whole, again = train(store, new_run(store)), train(store, new_run(store))
    other = train(store, new_run(store, pretraining__epochs=1)).view
    first, second = whole.view, again.view
    assert first.reused is None and other.reused is None
    assert second.reused is not None and second.reused.epochs == 2
    assert [e.loss for e in second.pretraining] == [e.loss for e in first.pretraining]
    same(whole, again)


def test_pretraining_is_kept_when_a_run_is_stopped_in_k_means() -> None:
    store = RunStore()
    recorder = Recorder(store, new_run(store))
    for event, _, _, trainer in execute(recorder):
        if isinstance(event, Progress) and event.phase is Phase.KMEANS:
            trainer.requests.stop()
    recorder.close()
    assert recorder.view.finished is not None and recorder.view.centers is None
    assert train(store, new_run(store), moments=3).view.reused is not None
