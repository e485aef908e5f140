"""The table of measures: each by hand on one small clustering, and what is left out when."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

from dec_core.analysis.labeling import Clustering, Labeling
from dec_core.analysis.measures import MEASURES, measure, measure_start
from dec_core.analysis.metrics import Labels, contingency, score
from dec_core.analysis.structure import DataSpace


def labels(*values: int) -> Labels:
    return np.array(values, np.int64)


def clustering(now: Labels, previous: Labels | None = None, **arrays: Any) -> Clustering:
    """With arrays of no meaning where the test names none."""
    n_clusters = int(now.max()) + 1
    uniform = np.full((len(now), n_clusters), 1 / n_clusters)
    given: dict[str, Any] = {
        "previous": now if previous is None else previous,
        "q": uniform,
        "p": uniform,
        "centers": np.eye(n_clusters),
        "embedding": np.zeros((len(now), n_clusters)),
        **arrays,
    }
    return Clustering(now, given["q"].shape[1], given.pop("true_labels", None), **given)


def successive(previous: Labels, now: Labels) -> tuple[float, float]:
    """ACC and NMI between successive predictions."""
    measured = measure(clustering(now, previous))
    return measured["successive_acc"], measured["successive_nmi"]


def test_every_entry_has_what_a_person_reads_and_its_name_once() -> None:
    assert [one.name for one in MEASURES.values()] == list(MEASURES)
    assert len({one.label for one in MEASURES.values()}) == len(MEASURES)
    assert len({one.curve_tag for one in MEASURES.values()}) == len(MEASURES)
    assert all(one.help.endswith(".") for one in MEASURES.values())


def test_a_share_that_equals_a_tolerance_is_not_below_it() -> None:
    previous = np.zeros(2_000, np.uint8)
    for changed, tol in ((1, 0.0005), (2, 0.001), (3, 0.0015)):
        present = (np.arange(2_000) < changed).astype(np.uint8)
        measured = measure(clustering(present, previous))
        assert measured["delta_label"] == tol
    assert 1.0 - measured["successive_acc"] < tol


def test_successive_scores_match_no_names() -> None:
    acc, nmi = successive(labels(0, 0, 1, 1), labels(1, 1, 0, 0))
    assert acc == 0.0
    assert nmi == pytest.approx(1.0)


def test_successive_scores_of_single_clusters() -> None:
    one, many = labels(0, 0, 0, 0), labels(1, 1, 2, 3)
    acc, nmi = successive(one, one)
    assert acc == 1.0
    assert math.isnan(nmi)
    assert successive(many, one) == (0.0, 0.0)
    assert successive(one, many) == (0.0, 0.0)


def test_a_clustering_by_hand() -> None:
    q = np.array([[0.75, 0.25, 0.0], [0.5, 0.5, 0.0], [0.25, 0.75, 0.0], [1.0, 0.0, 0.0]])
    p = np.array([[1.0, 0.5, 0.0], [0.5, 0.5, 0.0], [0.5, 0.0, 0.0], [1.0, 0.0, 0.0]])
    centers = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 20.0]])
    embedding = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0]])
    now = clustering(q.argmax(axis=1), q=q, p=p, centers=centers, embedding=embedding, loss=0.5)
    assert now.cluster_sizes == (3, 1, 0)
    assert now.is_finite
    measured = measure(now)
    entropy = -0.75 * math.log(0.75) - 0.25 * math.log(0.25)
    assert measured["loss"] == 0.5
    assert measured["occupied_clusters"] == 2
    assert type(measured["occupied_clusters"]) is int
    assert measured["effective_clusters"] == pytest.approx(math.exp(entropy))
    assert measured["largest_share"] == 0.75
    assert measured["mean_confidence"] == 0.75
    assert (measured["target_row_sum_min"], measured["target_row_sum_max"]) == (0.5, 1.5)
    assert measured["target_max"] == 1.0
    assert measured["center_distance"] == 5.0
    assert measured["embedding_spread"] == pytest.approx(math.sqrt((1 + 1 + 4 + 4) / 4))


def test_the_separation_of_clusters_is_that_of_the_data_and_that_of_the_embedding_apart() -> None:
    generator = np.random.default_rng(8)
    found = generator.integers(0, 3, 90)
    x = np.eye(3)[found] + 0.01 * generator.normal(size=(90, 3))
    embedding = generator.normal(size=(90, 2))
    space = DataSpace(x.astype(np.float32), np.arange(90))
    in_data, in_embedding = (
        {
            f"{where}_silhouette": silhouette_score(points, found),
            f"{where}_davies_bouldin": davies_bouldin_score(points, found),
            f"{where}_calinski_harabasz": calinski_harabasz_score(points, found),
        }
        for where, points in (("data", x), ("embedding", embedding))
    )
    now = clustering(found, space=space, embedding=embedding)
    measured, start = measure(now), measure_start(Labeling(found, 3, None, space))
    for name, value in in_data.items():
        assert measured[name] == start[name] == pytest.approx(value, rel=1e-4)
    for name, value in in_embedding.items():
        assert measured[name] == pytest.approx(value, rel=1e-4)
        assert math.isnan(start[name])
    known = measure_start(Labeling(found, 3, None, space, embedding))
    assert known["embedding_silhouette"] == measured["embedding_silhouette"]


@pytest.mark.parametrize("broken", ["q", "embedding"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_clustering_is_not_finite_once_a_number_is_not(broken: str, value: float) -> None:
    arrays = {"q": np.full((2, 2), 0.5), "embedding": np.zeros((2, 2))}
    arrays[broken][1, 0] = value
    now = clustering(labels(0, 1), **arrays)
    measure(now)
    assert not now.is_finite


def test_scores_against_the_true_labels_are_those_of_the_table() -> None:
    true_labels, found = labels(0, 0, 0, 1, 1, 1), labels(1, 1, 0, 0, 0, 0)
    measured = measure(clustering(found, true_labels=true_labels))
    expected = vars(score(true_labels, found)) | {"purity": 5 / 6}
    assert {name: measured[name] for name in expected} == pytest.approx(expected)
    start = measure_start(Labeling(found, 2, true_labels))
    assert {name: start[name] for name in expected} == pytest.approx(expected)


def test_without_true_labels_what_needs_them_is_left_out() -> None:
    found = labels(1, 1, 0, 0)
    needing = {name for name, one in MEASURES.items() if one.needs_true_labels}
    measured = measure(clustering(found, reconstruction_loss=0.25))
    assert measured.keys() == MEASURES.keys() - needing
    assert measured["reconstruction_loss"] == 0.25
    assert measured.keys() - measure(clustering(found)).keys() == {"reconstruction_loss"}
    assert not measure_start(Labeling(found, 2)).keys() & needing
    with pytest.raises(ValueError, match=r"needs some\. Received None"):
        MEASURES["acc"].of(Labeling(found, 2))


def test_the_table_of_two_labellings_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = []

    def counted(first: Labels, second: Labels) -> Any:
        pairs.append((id(first), id(second)))
        return contingency(first, second)

    monkeypatch.setattr("dec_core.analysis.labeling.contingency", counted)
    previous, now, true_labels = labels(0, 1, 1), labels(0, 0, 1), labels(1, 0, 1)
    measure(clustering(now, previous, true_labels=true_labels))
    assert sorted(pairs) == sorted([(id(previous), id(now)), (id(true_labels), id(now))])
