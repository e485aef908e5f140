"""What clustering strives for: the rules for the target distribution, and the objectives."""

from __future__ import annotations

from typing import Literal

from dec_core.config.kinds import Kinds
from dec_core.config.section import Section, implied_kind, setting

Loss = Literal["kld", "categorical_crossentropy", "mse"]


class TargetRule(Section):
    """How the target distribution P is made from q; by itself a rule without settings.

    ``dec_core.model.TARGET_FUNCTIONS`` holds what each kind computes.
    """

    kind: str = "paper"


TARGETS = Kinds("clustering.target", TargetRule, "paper", "Target rule")
TARGETS.register(TargetRule, "paper", "P over all data (equation 3).")
TARGETS.register(TargetRule, "r-recycled", "as the R port divides.")
TARGETS.register(TargetRule, "per-batch", "P from each batch alone.")


class Objective(Section):
    """What the gradient steps of clustering make smaller.

    ``dec_core.model.OBJECTIVE_LOSSES`` holds the loss of each kind.
    """

    kind: str


class DecObjective(Objective):
    """A distance between the target distribution and q (Xie et al., ICML 2016, equation 2)."""

    kind: Literal["dec"] = implied_kind("dec")
    loss: Loss = setting("kld", "Loss", "What pulls q towards the target distribution.")


OBJECTIVES = Kinds(
    "clustering.objective", Objective, "dec", "Objective", "What the gradient steps make smaller."
)
OBJECTIVES.register(DecObjective, "dec")
