"""Two labellings of the same samples as a table: two runs' clusters, or classes and clusters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dec_core.analysis.agreement import Agreement, compare_labels
from dec_core.events.events import KMEANS
from dec_core.events.frames import Frames
from dec_core.events.view import View
from dec_core.plots.figure import Figure
from dec_core.plots.palette import ACC, RUNS, translucent
from dec_core.plots.style import Plot, new_figure, plain, say_instead

# Beyond this many clusters numbers no longer fit into the cells.
_MOST_WITH_NUMBERS = 14
# Digits that fit beside each other into the cells of a row.
_MOST_DIGITS = 62
_MOST_CLASSES = 200


def draw_agreement(agreement: Agreement, first: str, second: str) -> Plot:
    """Do the two runs find the same clusters? Matched clusters lie on the diagonal."""
    alternative = f"{agreement_sentence(agreement)} ({first}, {second})"
    first, second = plain(first), plain(second)
    figure = new_figure(
        "Do the two runs find the same clusters?",
        "Samples by their cluster in both; matched clusters lie on the diagonal",
        {"y": "cluster_of_first", "x": "cluster_of_second", "z": "samples"},
    )
    has_numbers = max(agreement.table.shape) <= _MOST_WITH_NUMBERS
    _add_table(
        figure,
        (_names(agreement.rows), f"cluster of {first}"),
        (_names(agreement.columns), f"cluster of {second}"),
        z=agreement.table.ravel().astype(np.int32),
        text=_numbers(agreement.table, has_numbers=has_numbers),
        name="samples",
        color=RUNS[1],
        hovertemplate=(
            f"cluster %{{y}} of {first} and %{{x}} of {second}: %{{z:,}} samples<extra></extra>"
        ),
    )
    return Plot("agreement", figure, alternative)


def draw_classes(view: View, frames: Frames, update: int | None) -> Plot:
    """Which cluster holds which class? Clusters are matched to classes as ACC matches them.

    ``update`` None shows the k-means start. Where the labels of ``update`` are not kept, the
    nearest earlier ones are shown. Raises RunError where they are damaged.
    """
    truth = frames.samples.true_labels if view.centers else None
    if view.started is None or view.centers is None or truth is None:
        return _without_classes("there are no true labels and clusters yet.")
    names = view.started.class_names
    n_classes = int(truth.max()) + 1 if names is None else len(names)
    if n_classes > _MOST_CLASSES:
        return _without_classes(f"{n_classes:,} classes are too many for a table.")
    nearest = None if update is None else frames.nearest_labels(update)
    labels = frames.labels(KMEANS if nearest is None else nearest)
    when = "after k-means"
    if nearest is not None:
        when = f"at iteration {view.updates[nearest].iteration:,}"
    agreement = compare_labels(truth, labels)
    table, columns = _with_lost_clusters(agreement, len(view.centers.cluster_sizes))
    rows = _names(agreement.rows) if names is None else [names[row] for row in agreement.rows]
    return _draw_classes(when, rows, columns, table, agreement.scores.acc)


def agreement_sentence(agreement: Agreement) -> str:
    """How far they agree, in one line."""
    scores = agreement.scores
    return (
        f"{scores.acc:.1%} of {agreement.n_samples:,} samples are in matched clusters: "
        f"ARI {scores.ari:.3f}, NMI {scores.nmi:.3f}."
    )


def _draw_classes(
    when: str,
    rows: Sequence[str],
    columns: Sequence[str],
    table: NDArray[np.int64],
    acc: float,
) -> Plot:
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    figure = _class_figure(f"Samples by class and cluster {when}; matched ones lie on the diagonal")
    widest = len(f"{table.max():,}")
    _add_table(
        figure,
        ([plain(row) for row in rows], "true label"),
        (columns, "cluster"),
        z=shares.ravel().astype(np.float32),
        zmin=0,
        zmax=1,
        customdata=table.ravel().astype(np.int32),
        text=_numbers(table, has_numbers=len(columns) * widest <= _MOST_DIGITS),
        name="share",
        color=ACC,
        hovertemplate=(
            "%{customdata:,} samples, %{z:.1%} of true label %{y}, in cluster %{x}<extra></extra>"
        ),
    )
    best = shares.argmax(axis=1)
    places = ", ".join(
        f"{row} mostly in {columns[column]} ({share[column]:.0%})"
        for row, column, share in zip(rows, best, shares, strict=True)
    )
    sentence = f"{acc:.1%} of the samples are in the cluster matched to their class; {places}."
    return Plot("classes", figure, f"Classes by cluster {when}: {sentence}")


def _class_figure(reading_aid: str) -> Figure:
    columns = {"y": "true_label", "x": "cluster", "customdata": "samples", "z": "share_of_class"}
    return new_figure("Which cluster holds which class?", reading_aid, columns)


def _without_classes(reason: str) -> Plot:
    figure = _class_figure("Share of each class in each cluster")
    say_instead(figure, reason[:1].upper() + reason[1:])
    return Plot("classes", figure, f"Classes by cluster: {reason}")


def _with_lost_clusters(
    agreement: Agreement, n_clusters: int
) -> tuple[NDArray[np.int64], list[str]]:
    """The table and its columns, with those beyond the last cluster that has samples."""
    lost = np.arange(agreement.table.shape[1], n_clusters)
    table = np.pad(agreement.table, ((0, 0), (0, len(lost))))
    return table, _names(np.append(agreement.columns, lost))


def _add_table(
    figure: Figure,
    rows: tuple[Sequence[str], str],
    columns: tuple[Sequence[str], str],
    *,
    color: str,
    **cells: object,
) -> None:
    """A cell for each pair of a row and a column, both with their names and title."""
    figure.add_heatmap(
        x=np.tile(columns[0], len(rows[0])),
        y=np.repeat(rows[0], len(columns[0])),
        colorscale=[[0, translucent(color, 0)], [1, translucent(color, 0.65)]],
        showscale=False,
        xgap=1,
        ygap=1,
        texttemplate="%{text}",
        **cells,
    )
    shared = {"type": "category", "showgrid": False}
    figure.update_xaxes(title=columns[1], categoryarray=columns[0], **shared)
    # Names may be long: the title keeps its distance from them, not from the axis.
    title = {"text": rows[1], "standoff": 8}
    figure.update_yaxes(title=title, categoryarray=rows[0], autorange="reversed", **shared)


def _numbers(table: NDArray[np.int64], *, has_numbers: bool) -> list[str]:
    """What stands in the cells: nothing for 0, or where there is no room."""
    return [f"{count:,}" if count and has_numbers else "" for count in table.ravel()]


def _names(clusters: np.ndarray) -> list[str]:
    return [str(cluster) for cluster in clusters]
