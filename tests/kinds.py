"""Kinds of things that only tests know, registered for the length of a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Literal

import numpy as np

from dec_core.config import (
    NETWORKS,
    SOURCES,
    TARGETS,
    DataSettings,
    NetworkSettings,
    Shapes,
    TargetRule,
    setting,
)
from dec_core.data import Dataset, Source, register_source, unregister_source


class RingNetwork(NetworkSettings):
    """A network that nothing builds."""

    kind: Literal["ring"] = "ring"
    rings: int = setting(3, "Rings", "How many rings the encoder has.", ge=1, le=9)
    activation: Literal["relu", "tanh"] = setting("tanh", "Activation", "Of every ring.")

    @property
    def n_dimensions(self) -> int:
        return self.rings

    def encoder_shapes(self, n_features: int) -> Shapes:
        return [(n_features, self.rings)]

    def decoder_shapes(self, n_features: int) -> Shapes:
        return [(self.rings, n_features)]


class PowerRule(TargetRule):
    """Equation 3 with another power than 2."""

    kind: Literal["power"] = "power"
    power: float = setting(2.0, "Power", "To which q is raised.", ge=1.0, le=8.0)


class BlobsSource(DataSettings):
    """Points around two centres, whose number is a setting."""

    name: Literal["blobs"] = "blobs"
    size: int = setting(60, "Size", "How many points are drawn.", ge=20, le=500)
    spread: float = setting(1.0, "Spread", "Standard deviation of each.", gt=0.0)
    note: str | None = setting(None, "Note", "What is to be remembered of them.")


@contextmanager
def ring_network() -> Iterator[None]:
    """The kind "ring" of network."""
    NETWORKS.register(RingNetwork, "ring", "layers in rings.")
    try:
        yield
    finally:
        NETWORKS.unregister("ring")


@contextmanager
def power_rule() -> Iterator[None]:
    """The target rule "power", which can be trained."""
    from dec_core.model import TARGET_FUNCTIONS

    TARGETS.register(PowerRule, "power", "with any power.")
    TARGET_FUNCTIONS["power"] = _power_target
    try:
        yield
    finally:
        del TARGET_FUNCTIONS["power"]
        TARGETS.unregister("power")


def _power_target(rule: Any) -> Any:
    from dec_core.model import Target

    def over_data(q: Any) -> Any:
        weight = q**rule.power / q.sum(axis=0)
        return weight / weight.sum(axis=1, keepdims=True)

    return Target(over_data)


@contextmanager
def data_source(
    name: str, read: Callable[[Any], Dataset], settings: type[DataSettings] = DataSettings
) -> Iterator[None]:
    """A data set of which nothing is known before it is made."""
    SOURCES.register(settings, name)
    register_source(name, Source(read, lambda _: "made here"))
    try:
        yield
    finally:
        unregister_source(name)
        SOURCES.unregister(name)


def blobs_source() -> AbstractContextManager[None]:
    """The data set "blobs"."""
    return data_source("blobs", _blobs, BlobsSource)


def _blobs(settings: Any) -> Dataset:
    y = np.arange(settings.size) % 2
    x = np.random.default_rng(0).normal(y[:, None] * 4.0, settings.spread, (settings.size, 6))
    return Dataset("blobs", x, y)
