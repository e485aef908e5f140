"""The R port's network with settings under which it neither collapses nor stops by itself."""

from __future__ import annotations

from dec_core.config import Config, get_preset


def port_config(data: str, update_interval: int, max_iterations: int) -> Config:
    """One epoch of pretraining and one k-means start, then updates without a tolerance."""
    return get_preset("r-port").config.with_values(
        {
            "data.name": data,
            "pretraining.epochs": 1,
            "clustering.kmeans_restarts": 1,
            "clustering.target": "paper",
            "clustering.learning_rate": 0.01,
            "clustering.tol": 0.0,
            "clustering.update_interval": update_interval,
            "clustering.max_iterations": max_iterations,
        }
    )
