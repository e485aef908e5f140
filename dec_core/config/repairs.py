"""What clustering may do to itself while it trains: reset its encoder, dissolve its clusters."""

from __future__ import annotations

from typing import Literal

from dec_core.config.kinds import Kinds
from dec_core.config.section import Section, implied_kind, setting


class Reset(Section):
    """Whether the encoder is reset while it clusters; by itself it is not."""

    kind: str


class NoReset(Reset):
    """The encoder is trained from the k-means start to the end, as in DEC."""

    kind: Literal["none"] = implied_kind("none")


class SoftReset(Reset):
    """The encoder goes a part of the way back to an untrained one, and k-means begins anew.

    Source: Miklautz et al., "Breaking the Reclustering Barrier in Centroid-based Deep Clustering"
    (BRB), ICLR 2025, and its authors' code. ``dec_core.training.resetting`` says what is reset.

    With the preset ``digits``, seeds 0 to 4, it did no good: NMI ended at 0.763 on average, where
    runs without resets ended at 0.772, in more iterations.
    """

    kind: Literal["soft"] = "soft"
    reset_every: int = setting(
        20,
        "Passes between resets",
        "A reset comes at the first update after so many passes over the data; the paper takes 20.",
        ge=1,
        le=1_000,
        log=True,
        slide_to=100,
    )
    reset_keep: float = setting(
        0.8,
        "Weights kept",
        "New weights are this part of the trained ones plus the rest of untrained ones; the paper "
        "takes 0.8. At 1 only k-means begins anew.",
        ge=0.0,
        le=1.0,
    )
    resets: int = setting(
        5,
        "Resets",
        "How often at most. The tolerance ends the run only after the last one.",
        ge=1,
        le=1_000,
        log=True,
        slide_to=50,
    )


RESETS = Kinds("clustering.reset", Reset, "none", "Encoder reset")
RESETS.register(NoReset, "none", "never.")
RESETS.register(
    SoftReset,
    "soft",
    "now and then the encoder goes a part of the way back to untrained weights, and k-means finds "
    "the centres anew (BRB), which did digits no good.",
)


class Dissolving(Section):
    """What becomes of clusters that lose their samples; by itself nothing does."""

    kind: str


class NoDissolving(Dissolving):
    """Every cluster stays, however few samples it has."""

    kind: Literal["none"] = implied_kind("none")


class SmallDissolving(Dissolving):
    """A cluster that has become too small is taken out for good; others get its samples.

    The idea is that of Leiber, Strauss, Schubert and Seidl, "Dying Clusters Is All You Need - Deep
    Clustering With an Unknown Number of Clusters" (UNSEEN), ICDM Workshops 2024.

    With the preset ``digits``, seeds 0 to 4, runs that began with 20 clusters ended with 12 or 13
    for ten classes (13 to 16 at ``neighbor_weight`` 0), at NMI 0.798 and ACC 0.778 on average;
    those that kept their 20 stood at 0.779 and 0.655 after 3,000 iterations.
    """

    kind: Literal["small"] = "small"
    dissolve_below: float = setting(
        0.5,
        "Dissolve below",
        "A cluster with less than this part of its size at the k-means start, or after the last "
        "reset, is dissolved at the next update; UNSEEN takes 0.5.",
        ge=0.01,
        le=1.0,
    )
    neighbor_weight: float = setting(
        1.0,
        "Neighbour weight",
        "Weight of the loss that draws each sample towards its nearest ones, so that clusters "
        "which share a group of samples merge; UNSEEN takes 1, at 0 there is none.",
        ge=0.0,
        le=10.0,
    )


DISSOLVINGS = Kinds("clustering.dissolve", Dissolving, "none", "Dissolved clusters")
DISSOLVINGS.register(NoDissolving, "none", "all stay.")
DISSOLVINGS.register(
    SmallDissolving,
    "small",
    "those that shrink too far are dissolved for good, so that a run that begins with too many "
    "clusters ends with fewer (after UNSEEN): on digits 20 became 12 or 13.",
)
