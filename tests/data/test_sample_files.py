"""The tables that a person can try."""

from __future__ import annotations

import csv
import io

import pytest

from dec_core.config import Config
from dec_core.data.sample_files import SAMPLE_FILES, SampleFile


@pytest.mark.parametrize("sample", SAMPLE_FILES, ids=lambda one: one.name)
def test_each_is_a_table_with_its_label_in_the_last_column(sample: SampleFile) -> None:
    first, *rows = csv.reader(io.StringIO(sample.content().decode()))
    assert first[-1] == sample.settings["data.label"]
    assert len(set(first)) == len(first)
    assert {len(row) for row in rows} == {len(first)}
    assert f"{len(rows):,} " in sample.sentence
    assert 2 <= len({row[-1] for row in rows}) <= 10
    assert all(float(value) is not None for value in rows[0][:-1])


def test_the_same_bytes_each_time() -> None:
    for sample in SAMPLE_FILES:
        assert sample.content() == sample.content()


def test_their_settings_are_settings_of_a_file() -> None:
    for sample in SAMPLE_FILES:
        Config().with_values({"data.name": "file", **sample.settings})
