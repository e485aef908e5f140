"""A folder or a zip archive of images, all brought to one size."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from dec_core.config import ImageColor
from dec_core.data.sources.contents import Contents, Wanted
from dec_core.data.sources.image_files import ImageFile, Listing, image_files
from dec_core.data.sources.limits import FLOAT32, check_fits
from dec_core.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa
    from PIL import Image

Pixels = npt.NDArray[np.uint8]
Size = tuple[int, int]
# Only these decoders are tried; others of Pillow start programs.
_DECODERS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")
_LARGEST_OWN_SIZE, _PROPOSED_SIZE = 64, 32
_ORIENTATION, _QUARTER_TURNS = 0x0112, (5, 6, 7, 8)
_GREY = frozenset(("1", "L"))
_GREY_16 = frozenset(("I;16", "I;16L", "I;16B", "I;16N"))


class Look(NamedTuple):
    """What the head of an image file says, before its pixels are decoded.

    Attributes
    ----------
    size : height and width as it is meant to be seen
    format : Pillow's word, as "PNG"
    is_grey, is_deep : one channel only; of 16 bits
    is_animated, is_transparent
    """

    size: Size
    format: str
    is_grey: bool
    is_deep: bool
    is_animated: bool
    is_transparent: bool


def read_images(path: Path, wanted: Wanted) -> Contents:
    """All images below a folder or in a zip archive, as (n_images, height x width x channels).

    All get one size: the one that is asked for, otherwise the most frequent one, or 32 x 32 where
    that has more than 64 pixels a side. Grey where all images are. The columns are "file", the
    path of each image, and "folder", where there are subfolders.

    Raises
    ------
    DataError
        If there is no image, one is damaged or too large, or all need more memory than there is.
    """
    with image_files(path) as listing:
        looks = [_look(file) for file in listing.images]
        height, width = _common_size(looks, wanted)
        is_color = _may_be_color(looks, wanted.image_color)
        channels = 3 if is_color else 1
        n_values = len(looks) * height * width * channels
        what = f"{path.name} with {len(looks):,} images of {height} x {width} pixels"
        check_fits(n_values * (1 + FLOAT32), what)
        pixels = np.empty((len(looks), height, width, channels), np.uint8)
        for place, file in enumerate(listing.images):
            pixels[place] = _decoded(file, (height, width), is_color=is_color)
    if wanted.image_color == "auto" and is_color and _is_all_grey(pixels):
        pixels = np.ascontiguousarray(pixels[..., :1])
    return Contents(
        _columns([file.name for file in listing.images]),
        pixels.reshape(len(pixels), -1),
        image_shape=(height, width, pixels.shape[3]),
        is_of_image_files=True,
        format=_in_words(looks, (height, width)),
        notes=tuple(_notes(looks, listing)),
    )


@contextmanager
def _opened(file: ImageFile) -> Iterator[Image.Image]:
    """An image whose pixels are not decoded yet; errors of its file and of Pillow named."""
    from PIL import Image, UnidentifiedImageError

    # Of an image beyond its limit Pillow only warns, unless it is beyond twice the limit.
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with file.open() as stream, Image.open(stream, formats=_DECODERS) as image:
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(
            f"An image must have at most {Image.MAX_IMAGE_PIXELS or 0:,} pixels. {file.name} has "
            "more. Make it smaller, or remove it."
        ) from error
    except DataError:
        raise
    # Pillow raises errors of many kinds where a file is damaged.
    except Exception as error:
        found = "no image" if isinstance(error, UnidentifiedImageError) else str(error)
        raise DataError(
            f"{file.name} is damaged: expected a complete image in PNG, JPEG, TIFF, BMP, GIF or "
            f"WebP, found {found or type(error).__name__}. Replace it, or remove it."
        ) from error


def _look(file: ImageFile) -> Look:
    with _opened(file) as image:
        width, height = image.size
        # Asked for in vain, Pillow would decode all of a PNG.
        has_exif = "exif" in image.info or image.format == "TIFF"
        if has_exif and image.getexif().get(_ORIENTATION) in _QUARTER_TURNS:
            width, height = height, width
        if image.mode in {"I", "F"}:
            raise DataError(
                f"An image must have 8 or 16 bits for each channel. {file.name} has 32. Convert "
                "it, or save the images as one array (NPY)."
            )
        return Look(
            (height, width),
            image.format or "",
            image.mode in _GREY | _GREY_16,
            image.mode in _GREY_16,
            image.format in {"GIF", "WEBP", "PNG"} and bool(getattr(image, "is_animated", False)),
            image.has_transparency_data,
        )


def _common_size(looks: list[Look], wanted: Wanted) -> Size:
    if wanted.image_size is not None:
        return wanted.image_size
    # Of sizes that are as frequent the first in the order of names.
    size = Counter(look.size for look in looks).most_common(1)[0][0]
    return size if max(size) <= _LARGEST_OWN_SIZE else (_PROPOSED_SIZE, _PROPOSED_SIZE)


def _may_be_color(looks: list[Look], chosen: ImageColor) -> bool:
    """Of some files only the pixels tell."""
    if chosen == "auto":
        return any(not look.is_grey or look.is_transparent for look in looks)
    return chosen == "color"


def _decoded(file: ImageFile, size: Size, *, is_color: bool) -> Pixels:
    """(height, width, channels) of an image as it is meant to be seen, on white ground."""
    from PIL import Image, ImageOps

    height, width = size
    mode = "RGB" if is_color else "L"
    with _opened(file) as opened:
        # JPEG can decode at a fraction of its size; twice what is needed loses nothing to see.
        opened.draft(None, (2 * max(size), 2 * max(size)))
        image = ImageOps.exif_transpose(opened)
        if image.mode in _GREY_16:
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        if image.has_transparency_data:
            image = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        image = image.convert(mode)
        if image.size != (width, height):
            image = image.resize((width, height), Image.Resampling.BILINEAR)
        return np.asarray(image).reshape(height, width, -1)


def _is_all_grey(pixels: Pixels) -> bool:
    return all(bool((image[..., :1] == image[..., 1:]).all()) for image in pixels)


def _columns(names: list[str]) -> pa.Table:
    """The column "file", and "folder" where not all images lie in one."""
    import pyarrow as pa

    # A file's name may hold bytes that are no text.
    plain = [os.fsencode(name).decode(errors="replace") for name in names]
    table = pa.table({"file": pa.array(plain, pa.string())})
    parents = [PurePosixPath(name).parent.parts for name in plain]
    # Of tuples it compares step by step.
    n_common = len(os.path.commonprefix(parents))  # noqa: RUF071
    folders = ["/".join(parts[n_common:]) or None for parts in parents]
    if not any(folders):
        return table
    return table.add_column(0, "folder", pa.array(folders, pa.string()))


def _in_words(looks: list[Look], size: Size) -> str:
    formats = sorted({look.format for look in looks})
    of_size = f"of {size[0]} x {size[1]} pixels"
    if any(look.size != size for look in looks):
        of_size = f"brought to {size[0]} x {size[1]} pixels"
    return f"{', '.join(formats)} images {of_size}"


def _notes(looks: list[Look], listing: Listing) -> Iterator[str]:
    counts = {
        "Pixels of 16 bits were divided by 256": sum(look.is_deep for look in looks),
        "Of an animation the first picture was taken": sum(look.is_animated for look in looks),
        "Transparent images were laid on white ground": sum(x.is_transparent for x in looks),
    }
    for what, number in counts.items():
        if number:
            yield f"{what}: {number:,} of {len(looks):,}."
    if listing.n_others:
        yield f"Files that are no images were passed over: {listing.n_others:,}."
