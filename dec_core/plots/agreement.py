"""Two clusterings of the same samples: which cluster of one is which of the other?"""

from __future__ import annotations

import numpy as np

from dec_core.analysis.agreement import Agreement
from dec_core.plots.palette import RUNS, translucent
from dec_core.plots.style import Plot, new_figure, plain

# Beyond this many clusters numbers no longer fit into the cells.
_MOST_WITH_NUMBERS = 14


def draw_agreement(agreement: Agreement, first: str, second: str) -> Plot:
    """Do the two runs find the same clusters? Matched clusters lie on the diagonal."""
    alternative = f"{agreement_sentence(agreement)} ({first}, {second})"
    first, second = plain(first), plain(second)
    n_rows, n_columns = agreement.table.shape
    rows, columns = _names(agreement.rows), _names(agreement.columns)
    figure = new_figure(
        "Do the two runs find the same clusters?",
        "Samples by their cluster in both; matched clusters lie on the diagonal",
        {"y": "cluster_of_first", "x": "cluster_of_second", "z": "samples"},
    )
    counts = agreement.table.ravel().astype(np.int32)
    has_numbers = max(n_rows, n_columns) <= _MOST_WITH_NUMBERS
    figure.add_heatmap(
        x=np.tile(columns, n_rows),
        y=np.repeat(rows, n_columns),
        z=counts,
        text=[f"{count:,}" if count and has_numbers else "" for count in counts],
        name="samples",
        colorscale=[[0, translucent(RUNS[1], 0)], [1, translucent(RUNS[1], 0.65)]],
        showscale=False,
        xgap=1,
        ygap=1,
        texttemplate="%{text}",
        hovertemplate=(
            f"cluster %{{y}} of {first} and %{{x}} of {second}: %{{z:,}} samples<extra></extra>"
        ),
    )
    figure.update_xaxes(
        title=f"cluster of {second}", type="category", categoryarray=columns, showgrid=False
    )
    figure.update_yaxes(
        title=f"cluster of {first}",
        type="category",
        categoryarray=rows,
        autorange="reversed",
        showgrid=False,
    )
    return Plot("agreement", figure, alternative)


def agreement_sentence(agreement: Agreement) -> str:
    """How far they agree, in one line."""
    scores = agreement.scores
    return (
        f"{scores.acc:.1%} of {agreement.n_samples:,} samples are in matched clusters: "
        f"ARI {scores.ari:.3f}, NMI {scores.nmi:.3f}."
    )


def _names(clusters: np.ndarray) -> list[str]:
    return [str(cluster) for cluster in clusters]
