"""A run's film as a video, H.264 in an MP4, made by an ``ffmpeg`` of this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dec_core.errors import ExportError
from dec_core.export.film import FILM_WIDTH, Film
from dec_core.processes.piped import complaint_of

if TYPE_CHECKING:
    from dec_core.export.film_pictures import FilmPictures

# Players expect a usual rate, so pictures that are shown longer are repeated.
_FRAMES_PER_SECOND = 30


def find_ffmpeg() -> str | None:
    """Where it is on the path of programs now; None where it is missing."""
    return shutil.which("ffmpeg")


def missing_ffmpeg() -> str:
    """Why there is no video and what to do, as sentences."""
    return (
        "A film as MP4 needs ffmpeg, which was not found on this machine. Install it (apt-get "
        "install ffmpeg, brew install ffmpeg or winget install ffmpeg), or save the film as GIF "
        "or HTML."
    )


def movie_mp4(film: Film, width: int = FILM_WIDTH) -> bytes:
    """The pictures and times of ``gif.movie_gif``.

    Parameters
    ----------
    width : in pixels, one of ``FILM_WIDTHS``

    Raises
    ------
    ExportError
        If there is no ffmpeg, or it fails.
    """
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        raise ExportError(missing_ffmpeg())
    # It draws with Pillow, which a page that only asks for ffmpeg does not need.
    from dec_core.export.film_pictures import FilmPictures

    pictures = FilmPictures(film, width)
    with TemporaryDirectory() as folder:
        target = Path(folder) / "movie.mp4"
        command = video_command(ffmpeg, pictures.size, pictures.milliseconds, target)
        try:
            complaint = complaint_of(command, _shown(pictures))
        except OSError as error:
            complaint = str(error.strerror or error)
        if complaint:
            raise ExportError(
                f"ffmpeg must make a video of the film. {ffmpeg} failed: {complaint.rstrip('.')}. "
                "Install an ffmpeg with libx264, or save the film as GIF."
            )
        return target.read_bytes()


def video_command(ffmpeg: str, size: tuple[int, int], milliseconds: int, target: Path) -> list[str]:
    """What makes a video of raw pictures that come through a pipe.

    Parameters
    ----------
    size : width and height in pixels, both even
    milliseconds : how long each picture is shown
    """
    width, height = size
    raw = ["-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", f"{width}x{height}"]
    # Without a name for its colours, players guess them by the video's size.
    colors = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
    return [
        *(ffmpeg, "-hide_banner", "-loglevel", "error", "-y"),
        *(*raw, "-framerate", f"1000/{milliseconds}", "-i", "pipe:0"),
        *("-vf", "scale=out_color_matrix=bt709:out_range=tv", *colors),
        *("-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p"),
        *("-r", str(_FRAMES_PER_SECOND), "-movflags", "+faststart", str(target)),
    ]


def _shown(pictures: FilmPictures) -> Iterator[bytes]:
    """The pictures as raw bytes; the last one again and again, for the pause."""
    from dec_core.export.film_pictures import PAUSE

    last = pictures[len(pictures) - 1].tobytes()
    again = round(PAUSE / pictures.milliseconds) - 1
    return chain((picture.tobytes() for picture in pictures), repeat(last, again))
