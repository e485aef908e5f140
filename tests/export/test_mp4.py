"""The film as a video: by a real ffmpeg where there is one, by a scripted one that fails."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest

from dec_core.errors import ExportError
from dec_core.export.bundle import export_run
from dec_core.export.film import film_of
from dec_core.export.film_pictures import FilmPictures
from dec_core.export.mp4 import find_ffmpeg, movie_mp4, video_command
from tests.export.conftest import Finished
from tests.plots.scripted import scripted_frames, scripted_view

FILM = film_of(scripted_view(), scripted_frames())


def test_the_command_takes_raw_pictures_and_makes_h264(tmp_path: Path) -> None:
    command = video_command("/opt/ffmpeg", (500, 282), 80, tmp_path / "a.mp4")
    words = " ".join(command)
    assert words.startswith("/opt/ffmpeg ") and command[-1] == str(tmp_path / "a.mp4")
    assert "-f rawvideo -pixel_format rgb24 -video_size 500x282 -framerate 1000/80 -i pipe:0" in (
        words
    )
    assert "-c:v libx264" in words and "-pix_fmt yuv420p" in words


@pytest.mark.skipif(find_ffmpeg() is None, reason="ffmpeg is not installed")
def test_a_video_shows_every_picture(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(movie_mp4(FILM, 500))
    pictures = FilmPictures(FILM, 500)
    width, height = pictures.size
    decoded = f"{find_ffmpeg()} -v error -i {path} -f rawvideo -pix_fmt rgb24 -"
    done = subprocess.run(shlex.split(decoded), capture_output=True, check=True)
    shown = np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)
    # Three pictures of half a second, the last one for 2.5 s, at 30 per second.
    assert len(shown) == pytest.approx(30 * (0.5 + 0.5 + 2.5), abs=2)
    for number, at in enumerate((0, 16, -1)):
        difference = np.abs(shown[at].astype(int) - np.asarray(pictures[number]))
        assert difference.mean() < 2, number
        # Whole areas keep their colour; edges are smoothed.
        assert np.quantile(difference, 0.95) < 8, number


def test_without_ffmpeg_there_is_a_sentence(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_ffmpeg() is None
    only = ["movie.mp4", "config.json"]
    exported = export_run(finished.store, finished.run_id, tmp_path / "run", only=only)
    (sentence,) = exported.left_out
    assert sentence.startswith("movie.mp4: ") and "apt-get install ffmpeg" in sentence


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo first >&2; echo 'Unknown encoder libx264.' >&2; exit 1", "Unknown encoder libx264"),
        ("cat > /dev/null; exit 3", "exit status 3"),
    ],
)
def test_an_ffmpeg_that_fails_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    fake = tmp_path / "ffmpeg"
    fake.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(ExportError, match=rf"{fake} failed: {reason}\. Install"):
        movie_mp4(FILM, 500)


def test_an_ffmpeg_that_cannot_be_started_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "ffmpeg"
    fake.write_bytes(b"\x7fELF")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(ExportError, match=rf"{fake} failed: Exec format error\. Install"):
        movie_mp4(FILM, 500)
