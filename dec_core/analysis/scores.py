"""How the scores against true labels stand beside those of the k-means start."""

from __future__ import annotations

from dec_core.analysis.signs import Observation, Start

# By about this much a score moves from one update to the next without meaning.
MARGINS = {"nmi": 0.01, "acc": 0.02, "ari": 0.02}
_NAMES = {"nmi": "NMI", "acc": "ACC", "ari": "ARI"}


def below_start(start: Start, observation: Observation) -> list[str]:
    """Scores that are below the start's while none is above it; none without true labels."""
    lost = lost_scores(start, observation)
    gained = [score for score in MARGINS if _change(start, observation, score) > MARGINS[score]]
    return [] if gained else lost


def lost_scores(start: Start, observation: Observation) -> list[str]:
    """Scores that are below the start's, NMI before ACC and ARI."""
    return [score for score in MARGINS if _change(start, observation, score) < -MARGINS[score]]


def gain(start: Start, observation: Observation) -> str:
    """NMI and how far it is from the k-means start, and what else has fallen; or nothing."""
    if "nmi" not in start.measures.keys() & observation.measures.keys():
        return ""
    difference = _change(start, observation, "nmi")
    place = "over" if difference >= 0 else "against"
    nmi = observation.measures["nmi"]
    words = f"NMI {nmi:.3f}, {difference:+.3f} {place} the k-means start"
    others = [score for score in lost_scores(start, observation) if score != "nmi"]
    if others and difference >= -MARGINS["nmi"]:
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
