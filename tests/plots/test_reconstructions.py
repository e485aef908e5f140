"""What does the autoencoder reconstruct?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dec_core.events.events import ReconstructionsTaken
from dec_core.events.view import View
from dec_core.export.figure_csv import figure_csv
from dec_core.plots.reconstructions import draw_reconstructions, grey_levels
from dec_core.plots.style import Plot
from tests.plots.figures import as_sent, by_name, lines, texts
from tests.plots.scripted import reconstructed, scripted_frames, scripted_view


def drawn(taken: ReconstructionsTaken, *, is_scored: bool = True) -> Plot:
    frames = scripted_frames(is_scored=is_scored)
    frames.take(taken)
    return draw_reconstructions(scripted_view(is_scored=is_scored), frames)


def images(originals: list[list[float]], reconstructions: list[list[float]]) -> np.ndarray:
    """The first column of pixels of each of these images, which are 2 high and 1 wide."""
    taken = replace(
        reconstructed(image_shape=(2, 1, 1)),
        originals=np.array(originals, np.float32),
        reconstructions=np.array(reconstructions, np.float32),
    )
    return grey_levels(taken, (2, 1, 1))[..., 0, 0]


def test_originals_and_reconstructions_share_one_scale() -> None:
    levels = images([[-1, 1], [0, 0]], [[-1, 0], [3, np.nan]])
    assert levels.tolist() == [[[0, 255], [128, 128]], [[0, 128], [255, 0]]]
    assert images([[2, 2]], [[2, 3]]).tolist() == [[[0, 0]], [[0, 255]]]


def test_three_channels_are_colors_large_images_get_smaller_and_volumes_are_cut() -> None:
    assert grey_levels(reconstructed(image_shape=(2, 2, 3)), (2, 2, 3)).shape == (2, 2, 2, 2, 3)
    assert grey_levels(reconstructed(image_shape=(2, 2, 2)), (2, 2, 2)).shape == (2, 2, 2, 2, 1)
    assert grey_levels(reconstructed(image_shape=(5, 2, 3, 1)), (5, 2, 3, 1)).shape[2:] == (2, 3, 1)
    large = 200, 100, 1
    assert grey_levels(reconstructed(image_shape=large), large).shape == (2, 2, 50, 25, 1)


def test_images_stand_above_their_reconstructions() -> None:
    plot = drawn(reconstructed(30, image_shape=(5, 4, 1)))
    traces = by_name(plot.figure)
    picture = traces["images"].z
    # Rows of 5 pixels with 2 between, images of 4 with 1 between.
    assert picture.shape == (12, 9, 4)
    opaque = picture[..., 3] == 255
    assert not opaque[5:7].any() and not opaque[:, 4].any()
    assert opaque.sum() == 2 * 2 * 20
    levels = grey_levels(reconstructed(image_shape=(5, 4, 1)), (5, 4, 1))
    np.testing.assert_array_equal(picture[7:, 5:, 0], levels[1, 1, ..., 0])
    assert traces["reconstruction"].text == ["0", "0.25"]
    assert traces["reconstruction"].hovertext == ["sample 1, class shoe", "sample 6, class bag"]
    assert texts(plot) == ["originals", "reconstructions"]
    assert "After epoch 30;" in as_sent(plot)["layout"]["title"]["text"]
    assert plot.alternative == (
        "Reconstructions of 2 samples after epoch 30: mean squared errors from 0 to 0.25, 0.125 "
        "in the mean."
    )
    assert figure_csv(plot) == (
        "series,sample,mean_squared_error\nreconstruction,1,0\nreconstruction,6,0.25\n"
    )


def test_a_network_that_diverged_is_said_to() -> None:
    taken = reconstructed(0, image_shape=(5, 1, 1))
    plot = drawn(replace(taken, reconstructions=taken.originals - np.inf), is_scored=False)
    assert plot.alternative == (
        "Reconstructions of 2 samples before training: some are not finite."
    )
    assert by_name(plot.figure)["reconstruction"].hovertext == ["sample 1", "sample 6"]
    assert as_sent(plot)["data"]


def test_features_of_a_table_stand_worst_first() -> None:
    shares = np.array([0.1, np.nan, 1.5, 1.0, 0.1], np.float32)
    plot = drawn(replace(reconstructed(), unexplained=shares))
    (trace,) = plot.figure.data
    assert trace.y == ["feature 2", "feature 3", "feature 0", "feature 4"]
    np.testing.assert_allclose(trace.x, [1.5, 1.0, 0.1, 0.1])
    (line,) = lines(plot, "dash")
    assert (line["x0"], line["x1"]) == (1, 1)
    assert plot.alternative == (
        "Reconstructions after epoch 2: worst is feature 2, of whose variance 150.0% is not "
        "explained; of 4 features 2 are no better than their mean."
    )
    assert figure_csv(plot).splitlines()[:2] == [
        "series,feature,unexplained_share",
        "not explained,feature 2,1.5",
    ]


def test_of_many_features_twelve_are_shown() -> None:
    shares = np.arange(100, dtype=np.float32)
    (trace,) = drawn(replace(reconstructed(), unexplained=shares)).figure.data
    assert trace.x.tolist() == list(range(99, 87, -1))


@pytest.mark.parametrize(
    ("view", "reason"),
    [(View(), "come when pretraining begins."), (scripted_view(), "This run has kept none.")],
)
def test_where_there_are_none_it_says_why(view: View, reason: str) -> None:
    plot = draw_reconstructions(view, scripted_frames())
    assert reason in plot.alternative
    assert reason in " ".join(texts(plot)).replace("<br>", " ")


def test_features_without_any_error_are_said_to_have_none() -> None:
    plot = drawn(replace(reconstructed(), unexplained=np.full(5, np.nan, np.float32)))
    assert "all are constant" in plot.alternative
    assert not plot.figure.data
