"""The R port's target line, cell by cell, its log, and what repairing it changes."""

from __future__ import annotations

import streamlit as st

from dec_core.events.log_text import log_text
from pages.ui.guide.outcomes import outcome
from pages.ui.guide.small_example import Q_OF_THREE, Floats, divisors

_R_LINES = "weight <- q^2 / colSums( q )\np <- t( t( weight ) / rowSums( weight ) )"
_R_LOG = """\
Itr 1 : ( out of 20000 ): loss = [ 10000 ], deltaLabel = 0 , ACC= 1 , NMI= 1
Itr 11 : ( out of 20000 ): loss = [ 1.02756 ], deltaLabel = 0.8403571 , ACC= 0.1596429 , \
NMI= 0.2638058
Itr 21 : ( out of 20000 ): loss = [ 1.016267 ], deltaLabel = 0.3924 , ACC= 0.6076 , NMI= 0
Itr 31 : ( out of 20000 ): loss = [ 1.467916 ], deltaLabel = 0 , ACC= 1 , NMI= NaN
[1] "Reached tolerance threshold. Stopping training......"
"""
# As ``python -m tests.benchmarks.factorial`` measures it.
FACTORIAL = """\
| target | rate | interval | what was left |
|---|---|---|---|
| as R divides | 1 | 10 | 1 cluster after 30 iterations: the port itself |
| as R divides | 1 | 140 | 1 cluster after 700 |
| as R divides | 0.01 | 10 | 3 clusters, one with 98 % of the samples, after 1,850 |
| as R divides | 0.01 | 140 | 7 clusters, NMI 0.478, after 2,000 |
| equation (3) | 1 | 10 | 1 cluster after 70 |
| equation (3) | 1 | 140 | 1 cluster after 980 |
| equation (3) | 0.01 | 10 | 10 clusters, NMI 0.549 and rising, after 2,000 |
| equation (3) | 0.01 | 140 | 10 clusters, NMI 0.533 and rising, after 2,000 |
"""
_SUBSCRIPTS = "₁₂₃₄₅₆₇₈₉"


def port_details() -> None:
    """Below the lesson: two tables of the target, the two logs, the table of all settings."""
    from dec_core.model.assignment import recycled_target_distribution, target_distribution

    st.markdown("#### What the R line computes")
    st.code(_R_LINES, language="r")
    q = Q_OF_THREE
    f = ", ".join(f"f{_SUBSCRIPTS[j]} = {sum_:.2f}" for j, sum_ in enumerate(q.sum(axis=0)))
    st.markdown(
        f"Take three samples and two clusters, so $q$ has 3 x 2 entries; the sums of its columns "
        f"are {f}. Each entry of $P$ is $q^2$, divided by the sum f of its cluster, then by the "
        "sum s of its row. R repeats the divisors down the columns instead. Red: a divisor of "
        "another cluster or sample."
    )
    tables = st.grid(2, min_column_width=380)
    right, wrong = target_distribution(q), recycled_target_distribution(q)
    with tables.container(border=True, key="target_of_paper"):
        st.markdown(f"**Equation (3)**\n\n{_table(q, right, is_recycled=False)}")
    with tables.container(border=True, key="target_of_r"):
        st.markdown(f"**As R divides**\n\n{_table(q, wrong, is_recycled=True)}")
    st.markdown(
        "The rows of $P$ no longer sum to 1, so they are no probabilities, and which cluster a "
        "sample is pulled to depends on its place in the data."
    )
    st.markdown("#### The log of the port, and the same settings here")
    logs = st.grid(2, min_column_width=380)
    with logs.container():
        st.caption("R, as its author posted it")
        st.code(_R_LOG, language=None, wrap_lines=True)
    with logs.container():
        st.caption("DEC Lab, preset r-port, Fashion-MNIST, seed 0")
        st.code(log_text(outcome("r-port")), language=None, wrap_lines=True)
    st.caption("The figures differ, since the networks start from other random weights.")
    st.markdown("#### Two causes, each of which is enough")
    st.markdown(
        "All eight runs start from the same pretrained network and the same k-means centres (NMI "
        "0.523), on 70,000 images, and run for at most 2,000 iterations. Only those in which both "
        "the target and the rate are repaired keep their clusters.\n\n" + FACTORIAL
    )


def _table(q: Floats, p: Floats, *, is_recycled: bool) -> str:
    """Cell by cell as Markdown."""
    n_clusters = q.shape[1]
    heads = [f"cluster {j + 1}" for j in range(n_clusters)]
    lines = [f"| sample | {' | '.join(heads)} | row sum |", "|---" * (n_clusters + 2) + "|"]
    clusters, samples = divisors(*q.shape, is_recycled=is_recycled)
    for i in range(len(q)):
        cells = [
            f"{q[i, j] ** 2:.2f} / {_divisor('f', clusters[i, j], j)} / "
            f"{_divisor('s', samples[i, j], i)} = {p[i, j]:.2f}"
            for j in range(n_clusters)
        ]
        lines.append(f"| {i + 1} | {' | '.join(cells)} | **{p[i].sum():.2f}** |")
    return "\n".join(lines)


def _divisor(letter: str, taken: int, own: int) -> str:
    """Its name, in red where it is not that of the entry's own cluster or sample."""
    name = f"{letter}{_SUBSCRIPTS[taken]}"
    return name if taken == own else f":red[**{name}**]"
