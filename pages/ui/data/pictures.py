"""What the data look like: sizes of the classes, and images or the spread of values."""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dec_core.analysis.pictures import as_pictures, is_volume
from dec_core.config import ImageShape
from dec_core.data import Dataset
from dec_core.data.scaling import Scale
from dec_core.errors import DataError
from dec_core.plots.class_counts import draw_class_counts
from dec_core.plots.feature_histograms import MOST_FEATURES, draw_histograms
from dec_core.plots.gallery import draw_gallery
from dec_core.plots.style import Plot
from dec_core.runs.data_look import DataLook
from dec_core.runs.sample_facts import feature_names
from pages.ui.data.chosen import Chosen
from pages.ui.parts.live_plot import show_plot
from pages.ui.parts.verbatim import verbatim

_HEIGHT = 330
_MOST_ROWS, _FEWEST_IMAGES = 10, 8
# So many samples tell how values are spread.
_MOST_SAMPLES = 4_000
_FEATURES = "data_features"


def pictures(now: Chosen, look: DataLook) -> None:
    """The plots, side by side; nothing where there are no samples."""
    dataset = look.dataset
    if dataset is None:
        return
    has_two = dataset.y is not None
    grid = st.grid(2 if has_two else 1, min_column_width=380, gap="small")
    subject = now.file or dataset.name
    if dataset.y is not None:
        with grid.container(border=True, height="stretch"):
            _show("class_counts", partial(_counts, dataset), subject, id(dataset))
    if dataset.image_shape is not None:
        with grid.container(border=True, height="stretch"):
            _show("gallery", partial(_gallery, dataset), subject, id(dataset))
    else:
        with grid.container(border=True, height="stretch"):
            _histograms(now, dataset, subject)


def _show(name: str, draw: object, subject: str, options: object) -> None:
    show_plot(
        f"data-{name}",
        draw,  # type: ignore[arg-type]
        subject=subject,
        filename="dec-lab_data_{}",
        options=options,
        may_wait=False,
        height=_HEIGHT,
    )


def class_names(dataset: Dataset) -> tuple[str, ...]:
    """Of the labels; their numbers where they have no names."""
    if dataset.class_names is not None:
        return dataset.class_names
    return tuple(map(str, range(dataset.n_classes or 0)))


def _counts(dataset: Dataset) -> Plot:
    names = class_names(dataset)
    return draw_class_counts(np.bincount(dataset.y, minlength=len(names)), names)  # type: ignore[arg-type]


def _gallery(dataset: Dataset) -> Plot:
    samples, names = chosen_images(dataset)
    shape: ImageShape = dataset.image_shape  # type: ignore[assignment]
    tiles = as_pictures(dataset.samples[samples.clip(0).reshape(-1)], shape)
    tiles = tiles.reshape(*samples.shape, *tiles.shape[1:])
    return draw_gallery(tiles, names, samples, of_volumes=is_volume(shape))


def chosen_images(dataset: Dataset) -> tuple[NDArray[np.int64], list[str]]:
    """Images of each of the first ten classes, or of all samples where there are no labels.

    Returns
    -------
    (n_rows, n_columns) the numbers of the samples, -1 where there are fewer, about twice as many
    columns as rows; the names of the rows, empty without labels
    """
    generator = np.random.default_rng(0)
    names = class_names(dataset)[:_MOST_ROWS]
    if dataset.y is None:
        groups, names = np.array_split(generator.permutation(dataset.n_samples), 5), ("",) * 5
    else:
        groups = [
            generator.permutation(np.flatnonzero(dataset.y == label)) for label in range(len(names))
        ]
    rows = np.full((len(names), max(_FEWEST_IMAGES, 2 * len(names))), -1, np.int64)
    for row, members in zip(rows, groups, strict=True):
        row[: len(members)] = members[: len(row)]
    return rows, list(names)


def _histograms(now: Chosen, dataset: Dataset, subject: str) -> None:
    names = feature_names(dataset)
    if len(names) > MOST_FEATURES:
        st.multiselect(
            "Features",
            names,
            key=f"{_FEATURES}:{subject}",
            max_selections=MOST_FEATURES,
            placeholder=f"The first {MOST_FEATURES} of {len(names):,}; choose others",
            label_visibility="collapsed",
        )
    wanted = [name for name in st.session_state.get(f"{_FEATURES}:{subject}", ()) if name in names]
    data = now.config.data
    try:
        scale = _scale(dataset, data.scaling, data.log1p)
    except DataError as error:
        st.error(verbatim(str(error)), icon=":material/error:")
        return
    shown = wanted or names[:MOST_FEATURES]
    options = id(dataset), data.scaling, data.log1p, tuple(shown)
    draw = partial(_spread, dataset, scale, [names.index(name) for name in shown])
    _show("feature_histograms", draw, subject, options)


@lru_cache(maxsize=2)
def _scale(dataset: Dataset, scaling: str, log1p: bool) -> Scale:
    # Whole numbers would become as many floats.
    rows = dataset.samples[:: _step(dataset) if dataset.samples.are_whole else 1]
    return Scale.fit(rows, scaling, log1p)  # type: ignore[arg-type]


def _step(dataset: Dataset) -> int:
    return -(-dataset.n_samples // _MOST_SAMPLES)


def _spread(dataset: Dataset, scale: Scale, features: list[int]) -> Plot:
    names = feature_names(dataset)
    rows = dataset.samples[:: _step(dataset)]
    after = scale.apply(rows)
    return draw_histograms(rows[:, features], after[:, features], [names[i] for i in features])
