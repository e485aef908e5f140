"""The form and the address follow a kind that is registered: its name, its fields, its bounds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dec_core.config import SETTINGS
from tests.kinds import blobs_source, power_rule, ring_network
from tests.ui.screens import (
    button,
    change,
    click,
    fields,
    new_screen,
    preset_choice,
    problems,
    refresh,
    sentences,
    setting,
)


@pytest.fixture(autouse=True)
def new_kinds() -> Iterator[None]:
    with ring_network(), power_rule(), blobs_source():
        yield


def drawn(screen: AppTest) -> set[str]:
    """The settings that have a field."""
    keys = [str(field.key) for field in fields(screen)]
    return {key.rpartition(":")[2] for key in keys if key.startswith("setting:")}


def test_the_form_shows_a_field_for_its_kind_only() -> None:
    screen = new_screen()
    assert setting(screen, "autoencoder.kind").label == "Network"
    assert setting(screen, "autoencoder.kind").options == ["dense", "conv", "ring"]
    assert "autoencoder.units" in drawn(screen)
    assert not {"autoencoder.rings", "clustering.power", "data.size"} & drawn(screen)
    change(screen, "autoencoder.kind", "ring")
    assert setting(screen, "autoencoder.rings").value == "3"
    assert setting(screen, "autoencoder.rings").help.startswith(SETTINGS["autoencoder.rings"].help)
    assert not {"autoencoder.units", "autoencoder.initializer"} & drawn(screen)
    assert "autoencoder.activation" in drawn(screen)
    change(screen, "clustering.target", "power")
    change(screen, "data.name", "blobs")
    assert {"autoencoder.rings", "clustering.power", "data.size"} <= drawn(screen)
    assert not sentences(screen)
    assert not button(screen, "Start").disabled


def test_the_address_holds_what_differs_and_brings_it_back() -> None:
    screen = change(new_screen(), "clustering.target", "power")
    change(screen, "clustering.power", 3.0)
    refresh(screen)
    assert screen.query_params == {
        "preset": "digits",
        "clustering.target": "power",
        "clustering.power": "3",
    }
    again = new_screen(clustering__target="power", clustering__power="3")
    assert not sentences(again)
    assert setting(again, "clustering.power").value == "3"
    assert setting(again, "clustering.power").label == "Power (changed)"
    click(again, "Reset")
    assert again.query_params == {"preset": "digits"}
    assert "clustering.power" not in drawn(again)


def test_a_field_of_another_kind_in_a_link_is_left_out_with_a_sentence() -> None:
    (sentence,) = sentences(new_screen(autoencoder__rings="4"))
    assert "autoencoder.rings belongs to autoencoder.kind=ring" in sentence


def test_a_wrong_value_is_a_sentence_below_its_field() -> None:
    screen = change(new_screen(data__name="blobs"), "data.size", "7")
    (sentence,) = problems(screen)
    assert sentence.startswith("Size: must be a whole number from 20")
    assert button(screen, "Start").disabled
    change(screen, "data.size", "30")
    change(screen, "data.spread", "a lot")
    (sentence,) = problems(screen)
    assert sentence.startswith("Spread: must be a number")
    change(screen, "data.spread", "1e3")
    change(screen, "data.note", "wide")
    assert not problems(refresh(screen))
    shown = {name: screen.query_params[f"data.{name}"] for name in ("size", "spread", "note")}
    assert shown == {"size": "30", "spread": "1000", "note": "wide"}
    assert setting(screen, "data.spread").label == "Spread (changed)"


def test_another_preset_keeps_a_data_set_with_its_own_settings() -> None:
    screen = new_screen(data__name="blobs", data__size="30")
    preset_choice(screen).set_value("r-port").run()
    assert not screen.exception
    assert setting(screen, "data.name").value == "blobs"
    assert setting(screen, "data.size").value == "30"
    assert setting(screen, "clustering.target").value == "r-recycled"


def test_resets_and_dissolving_show_their_fields_where_they_are_chosen() -> None:
    screen = new_screen()
    own = {
        "clustering.reset": ("reset_every", "reset_keep", "resets"),
        "clustering.dissolve": ("dissolve_below", "neighbor_weight"),
    }
    for path, kind in (("clustering.reset", "soft"), ("clustering.dissolve", "small")):
        named = {f"clustering.{field}" for field in own[path]}
        assert path in drawn(screen)
        assert not named & drawn(screen)
        change(screen, path, kind)
        assert named <= drawn(screen)
    refresh(screen)
    assert screen.query_params["clustering.reset"] == "soft"
    assert screen.query_params["clustering.dissolve"] == "small"
    assert not problems(screen)
    change(screen, "clustering.reset", "none")
    assert not {f"clustering.{field}" for field in own["clustering.reset"]} & drawn(screen)
