"""How the scores against true labels stand beside those of the k-means start."""

from __future__ import annotations

import math

from dec_core.analysis.signs import Observation, Start

# By about this much a score moves from one update to the next without meaning.
MARGINS = {"nmi": 0.01, "acc": 0.02, "ari": 0.02}
# And by what fewer samples than these move it: of five samples on which two labellings differ, all
# are worse by chance in 1 of 32 cases, of four in 1 of 16, which the sign test at 5 % lets pass.
FEWEST_SAMPLES = 5
_NAMES = {"nmi": "NMI", "acc": "ACC", "ari": "ARI"}


def below_start(start: Start, observation: Observation) -> list[str]:
    """Scores that are below the start's while none is above it; none without true labels."""
    lost = lost_scores(start, observation)
    gained = [one for one in MARGINS if _change(start, observation, one) > margin(start, one)]
    return [] if gained else lost


def lost_scores(start: Start, observation: Observation) -> list[str]:
    """Scores that are below the start's, NMI before ACC and ARI."""
    return [one for one in MARGINS if _change(start, observation, one) < -margin(start, one)]


def margin(start: Start, score: str) -> float:
    """By how much a score must change from that of the start to mean anything.

    On a few hundred samples a handful of them move a score further than ``MARGINS``. How far is
    told by the score's slope over ACC where clusters and classes are equally large and errors fall
    evenly on all other clusters: with K clusters, ACC a and error e = 1 - a, NMI is
    1 + (a log a + e log(e / (K - 1))) / log K and ARI is (K a^2 + K e^2 / (K - 1) - 1) / (K - 1).
    """
    n_samples, k = sum(start.cluster_sizes), len(start.cluster_sizes)
    error = max(1 - start.value("acc"), 1 / n_samples)
    if math.isnan(error) or error >= 1 or k < 2:
        return MARGINS[score]
    slope = {
        "acc": 1.0,
        "nmi": math.log((1 - error) * (k - 1) / error) / math.log(k),
        "ari": 2 * k * (1 - error - error / (k - 1)) / (k - 1),
    }[score]
    # Half a sample less, so that the whole number itself is enough.
    return max(MARGINS[score], (FEWEST_SAMPLES - 0.5) / n_samples * slope)


def gain(start: Start, observation: Observation) -> str:
    """NMI and how far it is from the k-means start, and what else has fallen; or nothing."""
    if "nmi" not in start.measures.keys() & observation.measures.keys():
        return ""
    difference = _change(start, observation, "nmi")
    place = "over" if difference >= 0 else "against"
    nmi = observation.measures["nmi"]
    words = f"NMI {nmi:.3f}, {difference:+.3f} {place} the k-means start"
    others = [score for score in lost_scores(start, observation) if score != "nmi"]
    if others and difference >= -margin(start, "nmi"):
        falls = (f"{_NAMES[one]} {_change(start, observation, one):+.3f}" for one in others)
        words += f", but {' and '.join(falls)}"
    return words


def versus_start(start: Start, observation: Observation, score: str) -> str:
    """A score beside that of the start, in brackets."""
    now, began = observation.measures[score], start.measures[score]
    return f" ({_NAMES[score]} {now:.3f}, start {began:.3f})"


def _change(start: Start, observation: Observation, score: str) -> float:
    """NaN where one of the two has no such score."""
    return observation.measures.get(score, float("nan")) - start.value(score)
