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

    ``dec_core.model.OBJECTIVE_LOSSES`` holds what each kind computes.
    """

    kind: str

    @property
    def trains_decoder(self) -> bool:
        """Whether the decoder is trained along with encoder and centres."""
        return False

    @property
    def remark(self) -> str:
        """What a person should know of a run that strives for it; "" for nothing."""
        return ""


class DecObjective(Objective):
    """A distance between the target distribution and q (Xie et al., ICML 2016, equation 2)."""

    kind: Literal["dec"] = implied_kind("dec")
    loss: Loss = setting("kld", "Loss", "What pulls q towards the target distribution.")


class IdecObjective(Objective):
    """The reconstruction error plus gamma times the clustering loss (Guo et al., IJCAI 2017)."""

    kind: Literal["idec"] = "idec"
    loss: Loss = setting("kld", "Loss", "What pulls q towards the target distribution.")
    gamma: float = setting(
        0.1,
        "Gamma",
        "Weight of the clustering loss beside the reconstruction error; the paper takes 0.1, and "
        "at 0 nothing pulls samples towards clusters.",
        ge=0.0,
        le=10.0,
        slide_to=1.0,
    )

    @property
    def trains_decoder(self) -> bool:
        """True: the reconstruction error is its own term."""
        return True

    @property
    def remark(self) -> str:
        """That nothing clusters at gamma 0."""
        if self.gamma:
            return ""
        return (
            "At gamma 0 the target distribution has no influence: the autoencoder is trained on, "
            "the centres stay where k-means put them, and labels change only because the "
            "embedding moves."
        )


OBJECTIVES = Kinds(
    "clustering.objective", Objective, "dec", "Objective", "What the gradient steps make smaller."
)
OBJECTIVES.register(DecObjective, "dec", "the clustering loss alone.")
OBJECTIVES.register(
    IdecObjective,
    "idec",
    "the reconstruction error + gamma \N{MULTIPLICATION SIGN} the clustering loss, so that the "
    "embedding keeps what tells samples apart.",
)
