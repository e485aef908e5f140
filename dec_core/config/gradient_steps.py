"""Settings of gradient steps, which pretraining and clustering have."""

from __future__ import annotations

from typing import Any, Literal

from dec_core.config.section import setting

OptimizerName = Literal["sgd", "adam"]

OPTIMIZER: Any = setting("sgd", "Optimizer", "SGD with momentum, or Adam.")
MOMENTUM: Any = setting(0.9, "Momentum", "Of SGD; Adam ignores it.", ge=0.0, le=0.999)
BATCH_SIZE: Any = setting(
    256, "Batch size", "Samples per gradient step.", ge=1, le=65_536, log=True
)
