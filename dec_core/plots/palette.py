"""Colours with one meaning each, told apart on light and dark, also by colour-blind eyes."""

from __future__ import annotations

# Cluster k has colour k in every plot and every frame.
CLUSTERS = tuple(
    "#3f90da #ffa90e #d1361a #7b8987 #9255da #a96b59 #27a878 #b9ac70 #eb7eac #72c8cd".split()
)
# True labels are another thing than clusters, so they look different.
TRUE_LABELS = tuple(
    "#7fc3e5 #e57c8c #cbbb69 #2f9e57 #7b6fd0 #b15794 #047567 #8c8c26 #b94068 #b3b3b3".split()
)
# Runs that are compared; thin lines, so they stand out more from light and from dark. The first
# ten differ most; those after them were searched for the largest smallest distance to all others.
RUNS = tuple(
    """
    #d97716 #6c57d9 #2e7350 #bf1386 #30a7bf #bf1313 #7787d9 #a6995b #8518f2 #d97787
    #14c23e #f85cf2 #fe086e #ec86ce #86385c #8c5c38 #1a6e9e #b0a4b6 #449844 #5c5608
    #9220b0 #80806e #bc8cfe #d40ef2 #7a628c #a456fe #143ee0 #3e4aa4 #bc5cc2 #147afe
    """.split()
)
ACC, NMI, ARI = "#e0862a", "#3f90da", "#9a54cf"
# A target P that was used, the paper's for the same q, and q itself.
TARGET_USED, TARGET_PAPER, SOFT_ASSIGNMENT = "#d1361a", "#2f9e57", "#3f90da"
LOSS, DELTA_LABEL, PRETRAINING, SPREAD = "#3f90da", "#2aa775", "#9a54cf", "#c9711d"
# A layer that is pretrained by itself.
LAYER = "#7b8987"
# Lines and fills beside the data: neither a run's colour nor the text's, seen on light and dark.
GREY = "#8f9d9b"


def cluster_colors(count: int) -> list[str]:
    """``count`` colours; beyond ten, lighter and then darker versions of the first ten."""
    return _extended(CLUSTERS, count)


def true_label_colors(count: int) -> list[str]:
    """As ``cluster_colors``, for true labels."""
    return _extended(TRUE_LABELS, count)


def run_colors(count: int) -> list[str]:
    """``count`` colours; beyond thirty, lighter and then darker versions of the first thirty."""
    return _extended(RUNS, count)


def translucent(color: str, opacity: float) -> str:
    """``#rrggbb`` as an rgba colour, for bands and shades."""
    red, green, blue = bytes.fromhex(color[1:])
    return f"rgba({red},{green},{blue},{opacity:g})"


def discrete_scale(colors: list[str]) -> list[list[float | str]]:
    """A plotly colour scale that maps 0, 1, 2 ... (from -0.5 to count - 0.5) to ``colors``."""
    count = len(colors)
    scale: list[list[float | str]] = []
    for index, color in enumerate(colors):
        scale += [[index / count, color], [(index + 1) / count, color]]
    return scale


def _extended(colors: tuple[str, ...], count: int) -> list[str]:
    rounds = (None, ("#ffffff", 0.45), ("#000000", 0.35))
    result = []
    for index in range(count):
        color = colors[index % len(colors)]
        change = rounds[(index // len(colors)) % len(rounds)]
        result.append(color if change is None else _mix(color, *change))
    return result


def _mix(color: str, other: str, share: float) -> str:
    pairs = zip(bytes.fromhex(color[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{round(a * (1 - share) + b * share):02x}" for a, b in pairs)
