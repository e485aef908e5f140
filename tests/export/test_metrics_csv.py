"""The numbers of every update as text."""

from __future__ import annotations

import csv
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dec_core.export.metrics_csv import shortest, updates_csv
from tests.plots.scripted import scripted_view


@given(st.floats(width=32, allow_nan=False))
def test_a_float32_is_the_same_float32_in_nine_digits_or_fewer(value: float) -> None:
    short = shortest(value)
    assert np.float32(short) == np.float32(value)
    assert short == float(f"{short:.9g}")


@given(st.floats(-1e30, 1e30).filter(lambda value: float(np.float32(value)) != value))
def test_what_no_float32_can_hold_stays_as_it_is(value: float) -> None:
    assert shortest(value) == value


def test_the_table_has_no_noise_of_float32() -> None:
    assert shortest(float(np.float32(0.208))) == 0.208
    rows = list(csv.DictReader(io.StringIO(updates_csv(scripted_view()))))
    assert [row["acc"] for row in rows] == ["0.5", "0.51", "0.52"]
    assert [row["loss"] for row in rows] == ["nan", "0.5", "0.25"]
