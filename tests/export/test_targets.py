"""Where exports are written: whole or not there, also where two write to one place."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from dec_core.errors import ExportError
from dec_core.export.targets import opened


def names(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def test_of_two_zip_files_to_one_place_the_last_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "run.zip"
    with opened(target, "first") as first:
        first("one.txt", "1")
        with opened(target, "second") as second:
            second("two.txt", "2")
            first("three.txt", "3")
        with zipfile.ZipFile(target) as bundle:
            assert bundle.namelist() == ["second/two.txt"]
    with zipfile.ZipFile(target) as bundle:
        assert bundle.testzip() is None
        assert bundle.namelist() == ["first/one.txt", "first/three.txt"]
    assert names(tmp_path) == ["run.zip"]


def test_of_two_folders_to_one_place_the_first_that_ends_stays(tmp_path: Path) -> None:
    target = tmp_path / "run"
    with pytest.raises(ExportError, match="There is something at"), opened(target, "") as first:
        first("one.txt", "1")
        with opened(target, "") as second:
            second("two.txt", "2")
        first("three.txt", "3")
    assert names(tmp_path) == ["run"]
    assert names(target) == ["two.txt"]


@pytest.mark.parametrize("name", ["run", "run.zip", "run[1]"])
def test_what_a_killed_export_has_left_is_no_obstacle_and_goes_after_a_day(
    tmp_path: Path, name: str
) -> None:
    fresh, stale = (tmp_path / f".{name}.{number}.partial" for number in ("12-ab", "34-cd"))
    oldest = tmp_path / f".{name}.partial"
    for left in (fresh, stale, oldest):
        left.mkdir()
        (left / "half.txt").write_text("half")
    other = tmp_path / ".other.12-ab.partial"
    other.write_text("of another export")
    for left in (stale, oldest, other):
        os.utime(left, (0, 0))
    with opened(tmp_path / name, "top") as add:
        add("one.txt", "1")
    assert names(tmp_path) == sorted([fresh.name, other.name, name])
