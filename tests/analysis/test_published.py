"""Which published results a run has beside it, and what may be said of the two."""

from __future__ import annotations

from typing import Any

import pytest

from dec_core.analysis.published import PUBLISHED, Reference, Spread, references
from dec_core.config import get_preset


def beside(preset: str, dataset: str, **values: Any) -> tuple[Reference, ...]:
    named = {name.replace("__", "."): value for name, value in values.items()}
    return references(get_preset(preset).on(dataset).with_values(named))


@pytest.mark.parametrize(
    ("dataset", "name", "text", "limits"),
    [
        ("mnist", "acc", "0.912 \N{PLUS-MINUS SIGN} 0.047", "0.830 to 0.964"),
        ("mnist", "nmi", "0.869 \N{PLUS-MINUS SIGN} 0.031", "0.832 to 0.908"),
        ("fashion-mnist", "acc", "0.618 \N{PLUS-MINUS SIGN} 0.036", "0.577 to 0.666"),
        ("fashion-mnist", "nmi", "0.651 \N{PLUS-MINUS SIGN} 0.012", "0.629 to 0.662"),
    ],
)
def test_the_ten_trials_of_dec_keras(dataset: str, name: str, text: str, limits: str) -> None:
    (one,) = beside("dec-keras", dataset)
    spread = one.published.end[name]
    assert (spread.text, spread.range_text, len(spread.trials)) == (text, limits, 10)
    start = one.published.start[name]
    means = {("mnist", "acc"): 0.879259, ("mnist", "nmi"): 0.807085}
    means |= {("fashion-mnist", "acc"): 0.606058, ("fashion-mnist", "nmi"): 0.637021}
    # The means that the publication itself gives of its trials.
    assert start.mean == pytest.approx(means[dataset, name], abs=1e-6)


def test_only_the_published_setting_on_all_data_is_the_same_experiment() -> None:
    for values in ({}, {"seed": 7}, {"data__n_samples": 70_000}):
        (one,) = beside("dec-keras", "mnist", **values)
        assert one.is_same
        assert one.setting == "same setting"
    (one,) = beside("dec-keras", "mnist", data__n_samples=7_000, pretraining__epochs=30)
    assert not one.is_same
    assert one.setting == "published on all 70,000 samples, with pretraining epochs 300"
    # A folder may hold a part of the images.
    settings = get_preset("dec-keras").config
    assert references(settings, 70_000)[0].is_same
    assert references(settings, 60_000)[0].setting == "published on all 70,000 samples"


@pytest.mark.parametrize(
    ("preset", "dataset", "values"),
    [
        ("dec-keras", "digits", {}),
        ("r-port", "fashion-mnist", {}),
        ("dec-keras", "mnist", {"clustering__learning_rate": 1.0}),
        ("dec-keras", "mnist", {"clustering__target": "r-recycled"}),
        ("dec-keras", "mnist", {"autoencoder__units": "32,32,256,10"}),
        ("dec-keras", "mnist", {"data__scaling": "standard"}),
        ("idec", "mnist", {"clustering__gamma": 0.0}),
        ("idec", "fashion-mnist", {}),
        ("convdec", "mnist", {}),
        ("convdec-da", "mnist", {"clustering__objective": "idec"}),
    ],
)
def test_another_method_or_other_data_have_nothing_beside_them(
    preset: str, dataset: str, values: dict[str, Any]
) -> None:
    assert beside(preset, dataset, **values) == ()


def test_what_no_setting_says_keeps_a_run_from_being_the_same_experiment() -> None:
    (idec,) = beside("idec", "mnist")
    (conv,) = beside("convdec-da", "mnist", data__n_samples=None)
    for one in (idec, conv):
        assert not one.is_same
        assert one.published.apart in one.setting
        assert "70,000" not in one.setting


def test_the_place_of_a_score() -> None:
    spread = Spread((0.5, 0.75, 0.7))
    assert [spread.place(value) for value in (0.49, 0.5, 0.75, 0.76)] == [
        *("below", "inside", "inside", "above")
    ]
    # Of 0.5, 0.75 and 0.7: mean 0.65, squares of the deviations 0.0225 + 0.01 + 0.0025 over 2.
    assert spread.deviation == pytest.approx(0.0175**0.5)
    alone = Spread((0.881,))
    assert (alone.place(0.9), alone.text, alone.range, alone.deviation) == ("", "0.881", None, None)


def test_scores_are_shares() -> None:
    for one in PUBLISHED:
        for spread in (*one.end.values(), *one.start.values()):
            assert all(0 < value < 1 for value in spread.trials)
