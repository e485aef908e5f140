"""The run as a film, as one page and as TensorBoard reads it."""

from __future__ import annotations

import base64
import io
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader

from dec_core.errors import ExportError
from dec_core.export.frames import frames_of
from dec_core.export.gif import movie_gif
from dec_core.export.player import player_page
from dec_core.export.report import report_page
from dec_core.export.tensorboard import points, write_tensorboard
from dec_core.plots.palette import cluster_colors
from dec_core.runs.record import Lineage, RunRecord, RunState
from dec_core.training.events import PretrainingEpochEnded
from dec_core.training.view import replay
from tests.export.conftest import Finished
from tests.plots.scripted import early_views, events, scripted_view


def test_frames_are_evenly_chosen_and_comparable() -> None:
    view = scripted_view(n_updates=30)
    frames = frames_of(view, most=7)
    assert len(frames.iterations) == 7
    assert (frames.iterations[0], frames.iterations[-1]) == (0, 290)
    assert frames.n_available == 30
    assert "7 of 30 updates" in frames.sentence
    assert frames.points.min() >= 0 and frames.points.max() <= 1
    assert np.ptp(frames.points, axis=(0, 1)).max() == pytest.approx(1)


def test_a_run_without_embeddings_has_no_film() -> None:
    with pytest.raises(ExportError, match="A film needs the embedding"):
        frames_of(early_views()["centres"])


def test_a_film_shows_every_frame_and_repeats(finished: Finished) -> None:
    frames = frames_of(finished.view)
    with Image.open(io.BytesIO(movie_gif(frames))) as film:
        assert film.n_frames == 5  # type: ignore[attr-defined]
        assert film.info["loop"] == 0
        film.seek(4)
        last = np.asarray(film.convert("RGB")).reshape(-1, 3)
    occupied = np.unique(frames.labels[-1])
    for color in np.array(cluster_colors(frames.n_clusters))[occupied]:
        rgb = np.array(list(bytes.fromhex(color[1:])))
        assert (np.abs(last.astype(int) - rgb).max(axis=1) < 12).any(), color


def test_the_player_holds_every_point(finished: Finished) -> None:
    frames = frames_of(finished.view)
    page = player_page("A <b>title</b>", finished.view, frames)
    assert "<b>title</b>" not in page and "A &lt;b&gt;title&lt;/b&gt;" in page
    film = json.loads(re.search(r"const film = (\{.*\});", page)[1])  # type: ignore[index]
    places = np.frombuffer(base64.b64decode(film["points"]), "<u2").reshape(frames.points.shape)
    np.testing.assert_allclose(places / 65_535, frames.points, atol=1e-5)
    labels = np.frombuffer(base64.b64decode(film["labels"]), np.uint8)
    np.testing.assert_array_equal(labels.reshape(frames.labels.shape), frames.labels)


def test_the_report_says_what_was_run_and_what_happened(finished: Finished) -> None:
    page = report_page(finished.record, finished.view)
    judgement = finished.view.judgement()
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
    page = report_page(record, scripted_view())
    assert "branched from quiet-otter-0001 at iteration 420" in page
    assert "runs branch quiet-otter-0001 --at 420 --set clustering.learning_rate=0.01" in page
    for view in early_views().values():
        assert "before there was anything to judge" in report_page(record, view)


def test_tensorboard_reads_every_number(finished: Finished, tmp_path: Path) -> None:
    write_tensorboard(finished.view, tmp_path, began=1_700_000_000.0)
    (path,) = tmp_path.glob("events.out.tfevents.*")
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
    view = replay([*epochs, PretrainingEpochEnded(3, 3, math.nan, 3.0), *events()[3:-1]])
    losses = [(step, value) for name, step, value, _ in points(view) if "pretraining" in name]
    assert losses == [(1, 0.5)]
    assert all(math.isfinite(value) for _, _, value, _ in points(view))


def test_the_projector_has_a_name_for_every_point(finished: Finished, tmp_path: Path) -> None:
    write_tensorboard(finished.view, tmp_path)
    embedding = np.loadtxt(tmp_path / "embedding.tsv", delimiter="\t")
    last = finished.view.updates[-1].embedding_sample
    assert last is not None
    np.testing.assert_array_equal(embedding.astype(np.float32), last)
    lines = (tmp_path / "metadata.tsv").read_text("utf-8").splitlines()
    assert lines[0].split("\t") == ["sample", "cluster", "kmeans", "true_label"]
    assert len(lines) == 1 + len(embedding)
    text = (tmp_path / "projector_config.pbtxt").read_text("utf-8")
    assert 'tensor_path: "embedding.tsv"' in text and 'metadata_path: "metadata.tsv"' in text
