"""Files before a run: what is loaded, proposed, found and suggested."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dec_core.analysis.data_check import DataCheck
from dec_core.config import Config
from dec_core.errors import DataError, SettingsError
from dec_core.runs.data_look import DataLook, look_at, size_of

Look = Callable[..., DataLook]

ROWS = [f"s{i},{i % 7}.5,{i % 3},{'ab'[i % 2]},{'xyz'[i % 3]}" for i in range(60)]
HEADER = "sample_id,width,count,city,species"


def config(path: Path, **data: Any) -> Config:
    values = {f"data.{name}": value for name, value in data.items()}
    return Config().with_values({"data.name": "file", "data.file": str(path), **values})


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Look at a table of these rows, below the header."""

    def look_(*changed: str, **data: Any) -> DataLook:
        path = tmp_path / "table.csv"
        path.write_text("\n".join([HEADER, *changed, *ROWS[len(changed) :]]))
        return look_at(config(path, **data).data)

    return look_


def checks(found: DataLook, **values: Any) -> dict[str, DataCheck]:
    as_trained = Config(data=found.settings)
    return {check.name: check for check in found.checks(as_trained.with_values(values))}


def test_a_table_without_choices(look: Look) -> None:
    found = look()
    assert found.dataset is not None
    assert (found.dataset.n_samples, found.dataset.n_features) == (60, 2)
    assert found.label is not None
    assert (found.label.name, found.label.n_values) == ("species", 3)
    assert found.id is not None
    assert found.id.name == "sample_id"
    # What is proposed as label or id is no feature that was forgotten.
    assert found.about.text == {"city": 2}
    assert not found.problem


def test_what_is_taken_is_no_longer_proposed(look: Look) -> None:
    found = look(label="species", id="sample_id")
    assert found.label is None
    assert found.id is None
    assert {one.path: one.value for one in found.suggestions}["clustering.n_clusters"] == 3


def test_a_label_that_is_trained_on_is_named(look: Look) -> None:
    found = look(text_columns="one-hot")
    assert checks(found)["label_as_feature"].remedies[0].values == {"data.label": "species"}


def test_rows_with_gaps_are_counted_and_the_others_shown(look: Look) -> None:
    found = look("s0,,0,a,x", "s1,2.5,,b,y")
    assert found.dataset is not None
    assert found.dataset.n_samples == 58
    assert "2 are missing in 2 of 60 rows" in found.problem
    assert checks(found)["missing"].sentence == "2 of 60 rows lack a value."
    dropped = look("s0,,0,a,x", "s1,2.5,,b,y", missing="drop")
    assert not dropped.problem
    assert checks(dropped)["missing"].sentence == "2 of 60 rows lack a value and are left out."


def test_rows_without_a_label_can_only_be_dropped(look: Look) -> None:
    found = look("s0,1.5,,a,x", label="count")
    assert found.problem
    assert [one.words for one in checks(found)["missing"].remedies] == ["Drop 1 row"]


def test_a_constant_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "constant.csv"
    path.write_text("a,b\n" + "\n".join(f"{i},7" for i in range(40)))
    found = look_at(config(path).data)
    assert found.about.constant == ("b",)
    assert checks(found)["constant"].remedies[0].values == {"data.leave_out": ("b",)}


def test_nothing_to_train_on_is_a_sentence_beside_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "text.csv"
    path.write_text("a,b\nx,y\nz,w\n")
    found = look_at(config(path).data)
    assert found.dataset is None
    assert found.problem.startswith("A file must have at least one column to train on.")
    assert [column.name for column in found.columns] == ["a", "b"]
    assert found.checks(Config()) == ()
    assert found.suggestions == ()


def test_a_file_that_changes_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    for n_rows in (30, 40):
        path.write_text("a\n" + "\n".join(str(i) for i in range(n_rows)))
        os.utime(path, (n_rows, n_rows))
        assert size_of(config(path).data) == (n_rows, 1, None)
        assert look_at(config(path).data).about.n_rows == n_rows


def test_a_size_that_cannot_be_known_says_why(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv could not be opened"):
        size_of(config(tmp_path / "none.csv").data)
    with pytest.raises(SettingsError, match=r"data\.label must name a column"):
        (tmp_path / "table.csv").write_text("a\n1\n2\n")
        look_at(config(tmp_path / "table.csv", label="b").data)


def test_built_in_data_are_looked_at_alike() -> None:
    found = look_at(Config().data)
    assert found.contents is None
    assert found.is_images
    assert found.checks(Config()) == ()
