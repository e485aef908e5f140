"""What the phases share: the settings as they stand, the data and what is chosen from them."""

from __future__ import annotations

import numpy as np

from dec_core.analysis.measures import measure_start
from dec_core.config import SETTINGS
from dec_core.events.events import ParameterChanged
from tests.training.small_runs import blobs, small_context

TOL = "clustering.tol"


def test_requested_changes_come_into_the_settings() -> None:
    context = small_context()
    context.requests.change(TOL, 0.2)
    assert list(context.take_changes(7)) == [ParameterChanged(7, TOL, 0.0, 0.2)]
    assert context.config.clustering.tol == 0.2
    assert list(context.take_changes(8)) == []


def test_a_value_that_is_in_force_is_no_change() -> None:
    context = small_context()
    context.requests.change(TOL, 0.0)
    assert list(context.take_changes(0)) == []
    assert context.requests.waiting == {}


def test_labels_take_one_byte_each() -> None:
    most = SETTINGS["clustering.n_clusters"].maximum
    assert small_context({"clustering.n_clusters": most}).label_type == np.uint8


def test_without_true_labels_there_are_no_scores() -> None:
    context = small_context(dataset=blobs(labelled=False))
    labeling = context.labeling(np.zeros(300, np.uint8))
    assert not measure_start(labeling).keys() & {"acc", "nmi", "ari", "purity"}
