"""What runs with the suggested settings come to, on the files that the Data page offers.

    python -m tests.benchmarks.suggestions [--seeds 5] [--files wine.csv,digits.csv]

Prints for each seed the scores of the k-means start in the embedding and of the end, and those of
k-means on the features themselves.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from sklearn.cluster import KMeans

from dec_core.analysis.metrics import score
from dec_core.config import Config
from dec_core.data import load
from dec_core.data.sample_files import SAMPLE_FILES, SampleFile
from dec_core.events.outcome import outcome
from dec_core.events.view import replay
from dec_core.runs.data_look import look_at
from dec_core.training.trainer import train


def main() -> None:
    """Train every chosen file with every seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--files", default=",".join(one.name for one in SAMPLE_FILES))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for sample in SAMPLE_FILES:
            if sample.name in options.files.split(","):
                _measure(sample, Path(folder), options.seeds)


def _measure(sample: SampleFile, folder: Path, n_seeds: int) -> None:
    path = folder / sample.name
    path.write_bytes(sample.content())
    config = Config().with_values({"data.name": "file", "data.file": str(path), **sample.settings})
    config = config.with_values({s.path: s.value for s in look_at(config.data).suggestions})
    dataset = load(config.data, 0)
    assert dataset.y is not None
    plain = KMeans(config.clustering.n_clusters, n_init=10, random_state=0)
    on_features = score(dataset.y, plain.fit_predict(dataset.x))
    print(
        f"{sample.name}: k-means on the features: ACC {on_features.acc:.3f}, "
        f"NMI {on_features.nmi:.3f}"
    )
    for seed in range(n_seeds):
        events = list(train(config.with_values({"seed": seed}), dataset))
        end: dict[str, Any] = {**outcome(replay(events))}
        print(
            f"  seed {seed}: ACC {end['kmeans_acc']:.3f} -> {end['acc']:.3f}, NMI "
            f"{end['kmeans_nmi']:.3f} -> {end['nmi']:.3f}, {end['verdict']} at iteration "
            f"{end['iterations']:,}, {end['seconds']:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
