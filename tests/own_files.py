"""Files such as a person has, written for a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dec_core.config import Config

COLUMNS = ("width", "height", "depth", "age")


def blobs_csv(folder: Path, *, name: str = "blobs.csv", n_samples: int = 90, seed: int = 0) -> Path:
    """Three well parted groups in four columns, with an id and a label column; returns the path."""
    generator = np.random.default_rng(seed)
    group = np.arange(n_samples) % 3
    values = generator.normal(size=(n_samples, len(COLUMNS))) + 8 * group[:, None]
    lines = ["key," + ",".join(COLUMNS) + ",kind"]
    lines += [
        f"s{i:04d}," + ",".join(f"{value:.6f}" for value in row) + f",{'abc'[group[i]]}"
        for i, row in enumerate(values)
    ]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def on_file(file: Path | str, **data: object) -> Config:
    """A run of under a second on a file; ``data`` are more of its settings."""
    return Config().with_values(
        {
            "data.name": "file",
            "data.file": str(file),
            "data.scaling": "standard",
            "autoencoder.units": "16,3",
            "pretraining.epochs": 10,
            "pretraining.batch_size": 16,
            "pretraining.learning_rate": 0.1,
            "clustering.n_clusters": 3,
            "clustering.batch_size": 16,
            "clustering.update_interval": 10,
            "clustering.max_iterations": 40,
            "clustering.kmeans_restarts": 2,
            **{f"data.{name}": value for name, value in data.items()},
        }
    )
