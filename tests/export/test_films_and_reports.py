"""The run as a film, as one page and as TensorBoard reads it."""

from __future__ import annotations

import base64
import io
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader

from dec_core.errors import ExportError, SettingsError
from dec_core.events.events import KMEANS, PretrainingEpochEnded
from dec_core.events.growing import Growing
from dec_core.events.view import replay
from dec_core.export.film import FILM_WIDTHS, film_of, finite_updates
from dec_core.export.film_pictures import FilmPictures, film_size
from dec_core.export.gif import movie_gif
from dec_core.export.player import player_page
from dec_core.export.report import report_page
from dec_core.export.tensorboard import points, tensorboard_files
from dec_core.plots.palette import cluster_colors
from dec_core.store.record import Lineage, RunRecord, RunState
from tests.export.conftest import Finished
from tests.plots.scripted import early_views, events, framed, scripted_frames, scripted_view


def test_frames_are_evenly_chosen_and_comparable() -> None:
    film = film_of(scripted_view(n_updates=30), scripted_frames(n_updates=30), most=7)
    assert len(film.iterations) == 7
    assert (film.iterations[0], film.iterations[-1]) == (0, 290)
    assert film.n_available == 30
    assert "7 of 30 updates" in film.sentence
    assert film.points.shape == (7, 8, 2)
    assert len(film.scales) == len(film.labels) == 7


def test_every_picture_shows_at_least_what_the_start_fills() -> None:
    """As the map on the Train page: the scale is that of the start until samples lie outside."""
    view, frames = scripted_view(n_updates=3), scripted_frames(n_updates=0)
    start = frames.embedding(KMEANS)
    for number, factor in enumerate((0.01, 1, 50)):
        frames.take(replace(framed(number), embedding=np.float32(factor) * start))
    film = film_of(view, frames)
    narrow, same, wide = film.scales
    assert (narrow.x, narrow.y) == (same.x, same.y)
    assert np.ptp(wide.x) == pytest.approx(50 * np.ptp(same.x))
    assert narrow.start is None and same.start is None and same.notes == ()
    assert narrow.notes[-1] == "Drawn at the scale of the k-means start: 1/100 as wide"
    assert wide.notes[-1] == "50 times as wide as the k-means start (dashed)"
    # All samples are in one cluster at that update.
    assert wide.notes[0] == "One cluster holds nearly all samples: the shapes are noise"
    assert wide.start is not None
    np.testing.assert_allclose(np.ptp(wide.start, axis=1), np.ptp(film.points[1], axis=0))
    assert film.points[2] == pytest.approx(50 * film.points[1], abs=1e-4)


def test_a_picture_has_equal_units_and_its_notes() -> None:
    view, frames = scripted_view(n_updates=1), scripted_frames(n_updates=0)
    # Many times as wide as the start, and wider than high.
    cross = np.zeros((8, 3), np.float32)
    cross[:4, :2] = [[-90, 0], [90, 0], [0, -60], [0, 60]]
    frames.take(replace(framed(0), embedding=cross))
    film = film_of(view, frames)
    for width in FILM_WIDTHS:
        pictures = FilmPictures(film, width)
        assert pictures.size[0] == width and pictures.size[1] % 2 == 0
        pixels = np.asarray(pictures[0]).astype(int)
        map_ = pixels[round(0.08 * width) : round(0.48 * width), : width // 2]
        colors = map_.max(axis=2) - map_.min(axis=2) > 60
        rows, columns = np.nonzero(colors)
        x, y = np.ptp(film.points[0], axis=0)
        assert np.ptp(columns) / np.ptp(rows) == pytest.approx(x / y, rel=0.08)
        # Words stand below the map.
        assert pixels[round(0.49 * width) :, : width // 2].min() < 100


def test_a_film_has_one_of_its_widths() -> None:
    with pytest.raises(SettingsError, match=r"500, 760, 1,000 pixels wide. Received 900."):
        film_size(900)


def test_a_run_without_embeddings_has_no_film() -> None:
    with pytest.raises(ExportError, match="A film needs the embedding"):
        film_of(early_views()["centres"], scripted_frames(n_updates=0))


@pytest.mark.parametrize("is_finite", [True, False])
def test_only_what_is_finite_can_be_drawn_as_a_map(
    monkeypatch: pytest.MonkeyPatch, is_finite: bool
) -> None:
    monkeypatch.setattr("dec_core.events.frames.LABEL_BYTES", 8 * 3)
    view, frames = scripted_view(n_updates=4), scripted_frames(n_updates=4)
    odd = view.updates[2]
    odd = replace(odd, is_finite=is_finite)
    view = replace(view, updates=Growing([*view.updates[:2], odd, view.updates[3]]))
    # The labels of update 1 were thinned out.
    assert finite_updates(view, frames) == ([0, 2, 3] if is_finite else [0, 3])
    infinite = scripted_frames(n_updates=3)
    infinite.take(replace(framed(3), embedding=np.full((8, 3), np.inf, np.float32)))
    drawn = film_of(view, infinite).iterations.tolist()
    assert drawn == ([0, 20] if is_finite else [0])


def test_a_film_shows_every_frame_and_repeats(finished: Finished) -> None:
    film = film_of(finished.view, finished.frames)
    with Image.open(io.BytesIO(movie_gif(film))) as movie:
        assert movie.n_frames == 5  # type: ignore[attr-defined]
        assert movie.info["loop"] == 0
        movie.seek(4)
        last = np.asarray(movie.convert("RGB")).reshape(-1, 3)
    occupied = np.unique(film.labels[-1])
    for color in np.array(cluster_colors(film.n_clusters))[occupied]:
        rgb = np.array(list(bytes.fromhex(color[1:])))
        assert (np.abs(last.astype(int) - rgb).max(axis=1) < 12).any(), color


def test_the_player_holds_every_point(finished: Finished) -> None:
    film = film_of(finished.view, finished.frames)
    page = player_page("A <b>title</b>", finished.view, film)
    assert "<b>title</b>" not in page and "A &lt;b&gt;title&lt;/b&gt;" in page
    held = json.loads(re.search(r"const film = (\{.*\});", page)[1])  # type: ignore[index]
    places = np.frombuffer(base64.b64decode(held["points"]), "<u2").reshape(film.points.shape)
    assert len(held["scales"]) == len(film.scales)
    for shares, points_, scale in zip(places / 65_535, film.points, held["scales"], strict=True):
        (left, right), (low, high) = scale["x"], scale["y"]
        shown = (left, low) + shares * (right - left, high - low)
        np.testing.assert_allclose(shown, points_, atol=1e-4 * (right - left))
    labels = np.frombuffer(base64.b64decode(held["labels"]), np.uint8)
    np.testing.assert_array_equal(labels.reshape(film.labels.shape), film.labels)


def test_the_report_says_what_was_run_and_what_happened(finished: Finished) -> None:
    page = report_page(finished.record, finished.view, finished.frames)
    judgement = finished.view.judgement
    assert judgement is not None
    text = page.split("Plotly.newPlot")[0]
    for said in (
        finished.run_id,
        "300 samples of digits",
        judgement.sentence,
        "python -m dec_core train --preset digits",
        "clustering.max_iterations",
        "tensorflow",
        "A &lt;b&gt;bold&lt;/b&gt; title",
    ):
        assert said in text, said
    assert "<b>bold</b> title" not in page
    assert not re.search(r"<(script|link|img)[^>]*(src|href)=", page)


def test_a_branch_and_a_run_without_updates_have_a_report() -> None:
    lineage = Lineage("quiet-otter-0001", 420, {"clustering.learning_rate": [0.1, 0.01]})
    record = RunRecord("calm-lynx-0002", RunState.FINISHED, preset="digits", lineage=lineage)
    page = report_page(record, scripted_view(), scripted_frames())
    assert "branched from quiet-otter-0001 at iteration 420" in page
    assert "runs branch quiet-otter-0001 --at 420 --set clustering.learning_rate=0.01" in page
    for view in early_views().values():
        page = report_page(record, view, scripted_frames(n_updates=0))
        assert "before there was anything to judge" in page


def test_tensorboard_reads_every_number(finished: Finished, tmp_path: Path) -> None:
    ((name, content), *_) = tensorboard_files(finished.view, finished.frames, 1_700_000_000.0)
    path = tmp_path / name
    assert isinstance(content, bytes)
    path.write_bytes(content)
    read = [
        (value.tag, event.step, value.simple_value)
        for event in LegacyEventFileLoader(str(path)).Load()
        for value in event.summary.value
    ]
    written = [(name, step, value) for name, step, value, _ in points(finished.view)]
    assert [row[:2] for row in read] == [row[:2] for row in written]
    assert [row[2] for row in read] == pytest.approx([row[2] for row in written], rel=1e-6)
    assert {row[0] for row in read} >= {"pretraining/loss", "true labels/nmi", "clustering/loss"}
    assert all(math.isfinite(row[2]) for row in read)


def test_tensorboard_gets_finite_numbers_only() -> None:
    epochs = [PretrainingEpochEnded(n, 3, loss, n) for n, loss in ((1, 0.5), (2, math.inf))]
    view = replay([*epochs, PretrainingEpochEnded(3, 3, math.nan, 3.0), *events()[4:-1]])
    losses = [(step, value) for name, step, value, _ in points(view) if "pretraining" in name]
    assert losses == [(1, 0.5)]
    assert all(math.isfinite(value) for _, _, value, _ in points(view))


def test_the_projector_has_a_name_for_every_point(finished: Finished) -> None:
    files = dict(tensorboard_files(finished.view, finished.frames))
    embedding = np.loadtxt(io.StringIO(str(files["embedding.tsv"])), delimiter="\t")
    np.testing.assert_array_equal(embedding.astype(np.float32), finished.frames.embedding(4))
    lines = str(files["metadata.tsv"]).splitlines()
    assert lines[0].split("\t") == ["sample", "cluster", "kmeans", "true_label"]
    assert len(lines) == 1 + len(embedding)
    text = str(files["projector_config.pbtxt"])
    assert 'tensor_path: "embedding.tsv"' in text and 'metadata_path: "metadata.tsv"' in text
