"""The figures of the Data page."""

from __future__ import annotations

import numpy as np

from dec_core.plots.class_counts import draw_class_counts
from dec_core.plots.feature_histograms import draw_histograms
from dec_core.plots.gallery import draw_gallery
from dec_core.plots.palette import TRUE_LABELS
from tests.plots.figures import as_sent, texts


def test_bars_of_classes_have_the_colours_of_the_classes() -> None:
    plot = draw_class_counts(np.array([3, 5]), ["cat", "<b>dog</b>"])
    (bars,) = plot.figure.data
    assert bars.marker.color == list(TRUE_LABELS[:2])
    assert bars.x[1] == "&lt;b>dog&lt;/b>"
    assert plot.alternative == ("2 classes: most samples has <b>dog</b> with 5, fewest cat with 3.")


def test_of_many_classes_the_first_are_drawn() -> None:
    plot = draw_class_counts(
        np.arange(1, 101), [f"a very long name of class {i}" for i in range(100)]
    )
    (bars,) = plot.figure.data
    assert len(bars.y) == len(set(bars.x)) == 30
    assert "70 more classes are not drawn" in plot.figure.layout.title.text
    one_more = draw_class_counts(np.arange(1, 32), [str(i) for i in range(31)])
    assert "1 more class is not drawn" in one_more.figure.layout.title.text


def test_a_gallery_has_a_row_per_class_and_gaps_where_images_are_few() -> None:
    tiles = np.arange(2 * 3 * 4 * 4, dtype=np.float32).reshape(2, 3, 4, 4, 1)
    plot = draw_gallery(tiles, ["cat", "dog"], np.array([[4, 8, 2], [1, -1, -1]]))
    picture, samples = plot.figure.data
    assert samples.ids == ["4", "8", "2", "1"]
    assert samples.text == ["cat", "cat", "cat", "dog"]
    # Opacity: an image where there is a sample, nothing elsewhere.
    assert picture.z[0, 0, 3] == 255
    assert picture.z[-1, -1, 3] == 0
    assert plot.alternative == "4 images of the classes cat, dog."


def test_images_without_labels_are_a_gallery_too() -> None:
    plot = draw_gallery(np.zeros((2, 2, 4, 4, 3), np.uint8), ["", ""], np.arange(4).reshape(2, 2))
    assert plot.title == "What do the samples look like?"
    assert plot.alternative == "4 images."


def test_histograms_before_and_after_stand_above_one_another() -> None:
    before = np.stack([np.arange(100.0), np.arange(100.0) ** 2], axis=1)
    after = before / before.max(axis=0)
    plot = draw_histograms(before, after, ["width", "a & b"])
    assert [int(trace.y.sum()) for trace in plot.figure.data] == [100] * 4
    assert [trace.name for trace in plot.figure.data[:2]] == [
        "width, as in the file",
        "width, as trained on",
    ]
    assert texts(plot) == ["width", "a &amp; b"]
    layout = as_sent(plot)["layout"]
    assert layout["yaxis"]["domain"][0] > layout["yaxis2"]["domain"][1]
    assert layout["xaxis"]["domain"] == layout["xaxis2"]["domain"]
    assert plot.alternative == (
        "Values of 2 features: width from 0 to 99, then 0 to 1; a & b from 0 to 9801, then 0 to 1."
    )
