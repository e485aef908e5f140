"""Folders and archives of images: one size, one number of channels, and what is refused."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dec_core.data.sources.contents import Wanted
from dec_core.data.sources.formats import open_contents
from tests.data.small_files import (
    columns,
    image_bytes,
    picture,
    rejected,
    write,
    write_images,
    write_zip,
)

GREY, RED = picture((4, 3), 100, "L"), picture((4, 3), (255, 0, 0))


def pixels_of(path: Path, wanted: Wanted | None = None) -> np.ndarray:
    """(n_images, height, width, channels) of the images."""
    contents = open_contents(path, wanted or Wanted())
    assert contents.image_shape is not None
    assert contents.matrix is not None
    assert contents.matrix.dtype == np.uint8
    return np.asarray(contents.matrix).reshape(-1, *contents.image_shape)


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "tif", "webp", "jpg"])
def test_each_format_is_read(tmp_path: Path, suffix: str) -> None:
    exact: dict[str, Any] = {"lossless": True} if suffix == "webp" else {}
    GREY.convert("RGB").save(tmp_path / f"1.{suffix}", **exact)
    pixels = pixels_of(tmp_path)
    assert pixels.shape == (1, 3, 4, 1)
    assert (pixels == 100).all()


@pytest.mark.parametrize("in_archive", [False, True])
def test_subfolders_are_a_column(tmp_path: Path, *, in_archive: bool) -> None:
    images = {"pets/dog/1.png": GREY, "pets/cat/2.PNG": RED, "pets/cat/.x.png": GREY}
    path = write_images(tmp_path / "data", {**images, "notes.txt": b"a"})
    if in_archive:
        members = {name: image_bytes(image) for name, image in images.items()}
        path = write_zip(
            tmp_path / "data.zip", {**members, "notes.txt": b"", "__MACOSX/1.png": b""}
        )
    contents = open_contents(path)
    assert columns(contents) == {
        "folder": ["cat", "dog"],
        "file": ["pets/cat/2.PNG", "pets/dog/1.png"],
    }
    assert contents.image_shape == (3, 4, 3)
    assert contents.format == "PNG images of 3 x 4 pixels"
    assert contents.notes == ("Files that are no images were passed over: 1.",)
    assert pixels_of(path)[:, 0, 0].tolist() == [[255, 0, 0], [100, 100, 100]]


def test_one_folder_is_no_column_and_a_link_to_it_is_followed(tmp_path: Path) -> None:
    write_images(tmp_path / "a", {"1.png": GREY, "2.png": GREY})
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert columns(open_contents(tmp_path / "link")) == {"file": ["1.png", "2.png"]}


def test_sizes_and_colours_can_be_chosen(tmp_path: Path) -> None:
    write_images(tmp_path, {"1.png": GREY, "2.png": RED})
    assert pixels_of(tmp_path, Wanted(image_size=(5, 5))).shape == (2, 5, 5, 3)
    grey = pixels_of(tmp_path, Wanted(image_color="grey"))
    assert grey.shape == (2, 3, 4, 1)
    assert grey[1, 0, 0] == 76  # 0.299 x 255
    (tmp_path / "2.png").unlink()
    assert pixels_of(tmp_path).shape[3] == 1
    assert pixels_of(tmp_path, Wanted(image_color="color")).shape[3] == 3


def test_images_of_different_sizes_get_the_most_frequent_or_32(tmp_path: Path) -> None:
    a = {"1.png": picture((9, 9), 1, "L"), "2.png": GREY, "3.png": GREY}
    contents = open_contents(write_images(tmp_path / "a", a))
    assert contents.image_shape == (3, 4, 1)
    assert contents.format == "PNG images brought to 3 x 4 pixels"
    b = write_images(tmp_path / "b", {"1.jpg": picture((640, 480), "blue")})
    assert pixels_of(b).shape == (1, 32, 32, 3)


def test_photographs_stand_as_they_were_taken(tmp_path: Path) -> None:
    image = Image.new("RGB", (6, 4))
    image.paste("white", (0, 0, 6, 2))
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise
    image.save(tmp_path / "1.png", exif=exif)
    pixels = pixels_of(tmp_path)
    assert pixels.shape == (1, 6, 4, 1)
    assert (pixels[0, :, :2] == 0).all()
    assert (pixels[0, :, 2:] == 255).all()


def test_depth_transparency_and_animation_are_said(tmp_path: Path) -> None:
    deep = Image.fromarray(np.full((3, 4), 100 * 256 + 7, np.uint16))
    write_images(tmp_path, {"1.png": deep, "2.png": picture((4, 3), (9, 9, 9, 0), "RGBA")})
    first, second = picture((4, 3), 10, "L"), picture((4, 3), 200, "L")
    first.save(tmp_path / "3.gif", save_all=True, append_images=[second])
    assert pixels_of(tmp_path)[:, 0, 0, 0].tolist() == [100, 255, 10]
    assert open_contents(tmp_path).notes == (
        "Pixels of 16 bits were divided by 256: 1 of 3.",
        "Of an animation the first picture was taken: 1 of 3.",
        "Transparent images were laid on white ground: 1 of 3.",
    )


def png_of_size(width: int, height: int) -> bytes:
    """The head of a PNG of any size, without its pixels."""
    stated = b"IHDR" + struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    head = struct.pack(">I", 13) + stated + struct.pack(">I", zlib.crc32(stated))
    return b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I", 0) + b"IDAT"


NOISE = np.random.default_rng(0).integers(0, 256, (20, 20), np.uint8)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (png_of_size(20_000, 20_000), "at most 89,478,485 pixels. 1.png has more"),
        (png_of_size(12_000, 10_000), "at most 89,478,485 pixels. 1.png has more"),
        (image_bytes(Image.fromarray(NOISE))[:-200], "1.png is damaged: expected a complete image"),
        (image_bytes(Image.fromarray(NOISE), "JPEG")[:-200], "1.png is damaged"),
        (b"", "1.png is damaged: expected a complete image in PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "found no image"),
        (image_bytes(picture((3, 3), 1.5, "F"), "TIFF"), "8 or 16 bits for each channel"),
    ],
)
def test_an_image_that_cannot_be_read_is_named(tmp_path: Path, image: bytes, words: str) -> None:
    rejected(write_images(tmp_path / "a", {"1.png": image}), words)
    rejected(write_zip(tmp_path / "a.zip", {"1.png": image}), words)


def test_a_folder_without_images(tmp_path: Path) -> None:
    rejected(tmp_path, "must hold images: PNG, JPEG", "Found no file")
    write(tmp_path / "a.csv", "a")
    rejected(tmp_path, "Found only a.csv.")


@pytest.mark.parametrize(
    "name", ["../1.png", "/tmp/1.png", "a/../../1.png", "..\\1.png", "C:/1.png"]
)
def test_members_outside_of_the_archive(tmp_path: Path, name: str) -> None:
    path = write_zip(tmp_path / "a.zip", {name: image_bytes(GREY)})
    rejected(path, "lies outside of the archive")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]


def test_archives_that_unfold_too_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes that an archive declares, one that it declares too small, and pixels in all."""
    path = write_zip(tmp_path / "a.zip", {"1.bmp": bytes(2**21)})
    monkeypatch.setattr("dec_core.data.sources.image_files._HARMLESS", 2**20)
    rejected(path, "a.zip would unfold to 2,097,152 bytes, more than 100 times its size")
    content = bytearray(path.read_bytes())
    declared = content.rindex(b"PK\1\2") + 24
    content[declared : declared + 4] = struct.pack("<I", 100)
    rejected(write(path, bytes(content)), "1.bmp is damaged")
    monkeypatch.setattr("dec_core.data.sources.image_files._LARGEST_FILE", 50)
    rejected(write_zip(path, {"1.png": bytes(60)}), "at most 50 bytes. 1.png has 60 bytes")


def test_images_that_do_not_fit_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dec_core.data.sources.limits.memory_bytes", lambda: 1_000)
    write_images(tmp_path / "a", {f"{i}.png": GREY for i in range(20)})
    rejected(tmp_path / "a", "a with 20 images of 3 x 4 pixels would need 1,200 bytes")


def test_damaged_and_encrypted_archives(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"1.png": image_bytes(GREY)})
    whole = path.read_bytes()
    rejected(write(path, whole[:-30]), "a.zip is damaged: expected a complete zip file")
    for magic, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        flags = whole.index(magic) + place
        whole = whole[:flags] + b"\1" + whole[flags + 1 :]
    rejected(write(path, whole), "a.zip is encrypted")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
    rejected(path, "document of Microsoft Office")
