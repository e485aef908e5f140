"""A run's film as an animated GIF."""

from __future__ import annotations

import io

from PIL import Image

from dec_core.export.film import FILM_WIDTH, Film
from dec_core.export.film_pictures import PAUSE, FilmPictures


def movie_gif(film: Film, width: int = FILM_WIDTH) -> bytes:
    """The map beside the cluster sizes until that moment; about eight seconds, then a pause.

    Parameters
    ----------
    width : in pixels, one of ``FILM_WIDTHS``
    """
    pictures = FilmPictures(film, width)
    palette = _palette(pictures)
    small = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in pictures]
    stream = io.BytesIO()
    small[0].save(
        stream,
        "GIF",
        save_all=True,
        append_images=small[1:],
        duration=[pictures.milliseconds] * (len(small) - 1) + [PAUSE],
        loop=0,
        comment=film.sentence.encode(),
    )
    return stream.getvalue()


def _palette(pictures: FilmPictures) -> Image.Image:
    """256 colours that serve all pictures, so that no colour flickers."""
    width, height = pictures.size
    chosen = (0, len(pictures) // 2, len(pictures) - 1)
    sheet = Image.new("RGB", (width, height * len(chosen)))
    for number, index in enumerate(chosen):
        sheet.paste(pictures[index], (0, number * height))
    return sheet.quantize(256)
