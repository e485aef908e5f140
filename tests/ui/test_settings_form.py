"""The form in the sidebar and the settings in the address."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dec_core.config import (
    PRESETS,
    SETTINGS,
    Config,
    LayerWisePretraining,
    NoPretraining,
    PretrainingFromRun,
    get_preset,
)
from dec_core.runs.execution import train_to_store
from dec_core.runs.manager import RunManager
from pages.ui.train.setting_field import has_slider, slider_values
from tests.runs.short_runs import SMALL
from tests.ui.screens import (
    button,
    captions,
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


def shown(screen: AppTest) -> Config:
    """The settings as the form has them."""
    kinds = [path for path, row in SETTINGS.items() if row.names_kind]
    there = Config().with_values({path: setting(screen, path).value for path in kinds})
    return Config().with_values(
        {path: setting(screen, path).value for path in SETTINGS if there.has(path)}
    )


def test_every_setting_has_a_labelled_field_with_help() -> None:
    screen = new_screen()
    for path in filter(Config().has, SETTINGS):
        field, expected = setting(screen, path), SETTINGS[path]
        assert field.label == expected.label
        preset = expected.format(Config().get(path))
        assert field.help == f"{expected.help} Preset: {preset}."


@pytest.mark.parametrize("name", PRESETS)
def test_choosing_a_preset_fills_the_form(name: str) -> None:
    screen = new_screen()
    preset_choice(screen).set_value(name).run()
    assert not screen.exception
    # Images that are not at hand stay unchosen.
    assert shown(screen) == get_preset(name).on("digits")
    assert screen.query_params["preset"] == name
    assert not sentences(screen)


def test_a_changed_value_is_counted_marked_and_in_the_address() -> None:
    screen = new_screen()
    assert "Same as the preset" in captions(screen)
    assert screen.query_params == {"preset": "digits"}
    change(screen, "clustering.learning_rate", 0.1)
    change(screen, "seed", "7")
    assert "2 changed" in captions(screen)
    refresh(screen)
    for path in ("clustering.learning_rate", "seed"):
        assert setting(screen, path).label == f"{SETTINGS[path].label} (changed)"
    assert setting(screen, "clustering.tol").label == "Tolerance"
    assert screen.query_params == {
        "preset": "digits",
        "clustering.learning_rate": "0.1",
        "seed": "7",
    }


def test_gamma_appears_below_the_objective_that_has_it() -> None:
    screen = change(new_screen(), "clustering.objective", "idec")
    keys = [field.key.rpartition(":")[2] for field in fields(screen)]
    assert "clustering.gamma" in keys
    change(screen, "clustering.gamma", 0.5)
    assert shown(screen).get("clustering.gamma") == 0.5
    assert screen.query_params["clustering.gamma"] == "0.5"
    assert not [text for text in captions(screen) if "no influence" in text]
    change(screen, "clustering.gamma", 0)
    assert [text for text in captions(screen) if "the target distribution has no influence" in text]
    change(screen, "clustering.objective", "dec")
    assert "clustering.gamma" not in screen.query_params
    assert shown(screen) == Config()


def test_reset_brings_the_preset_back() -> None:
    screen = new_screen()
    assert button(screen, "Reset").disabled
    change(screen, "clustering.n_clusters", 12)
    change(screen, "autoencoder.units", "32,5")
    click(screen, "Reset")
    assert shown(screen) == Config()
    assert screen.query_params == {"preset": "digits"}
    assert "Same as the preset" in captions(screen)


def test_a_link_with_settings_fills_the_form() -> None:
    screen = new_screen(
        preset="r-port",
        data__name="digits",
        data__n_samples="300",
        autoencoder__units="16,4",
        pretraining__shuffle="false",
        clustering__learning_rate="0.0123",
    )
    assert not sentences(screen)
    assert shown(screen) == get_preset("r-port").config.with_values(
        {
            "data.name": "digits",
            "data.n_samples": 300,
            "autoencoder.units": (16, 4),
            "pretraining.shuffle": False,
            "clustering.learning_rate": 0.0123,
        }
    )
    assert "5 changed" in captions(screen)


@pytest.mark.parametrize("bound", ["minimum", "maximum"])
def test_a_link_may_hold_every_bound(bound: str) -> None:
    values = {
        path: str(getattr(field, bound))
        for path, field in SETTINGS.items()
        if getattr(field, bound) is not None and field.kind is not tuple and Config().has(path)
    }
    assert len(values) > 10
    screen = new_screen(**{path: value.removesuffix(".0") for path, value in values.items()})
    # Fewer or more samples than these data allow, but none that the form could not hold.
    assert not [said for said in problems(screen) if "at most" not in said]
    assert shown(screen) == Config().with_values(
        {path: float(value) for path, value in values.items()}
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("clustering.learning_rate", "fast"),
        ("clustering.learning_rate", "nan"),
        ("clustering.n_clusters", "1"),
        ("autoencoder.units", "16,,x"),
        ("clustering.target", "best"),
        ("seed", "-1"),
    ],
)
def test_a_wrong_setting_in_a_link_is_left_out_with_a_sentence(path: str, value: str) -> None:
    screen = new_screen(**{path: value, "clustering__tol": "0.01"})
    (sentence,) = sentences(screen)
    assert sentence.startswith("This link holds a setting that does not fit, which was left out.")
    assert path in sentence
    assert setting(screen, path).value == setting(new_screen(), path).value
    assert setting(screen, "clustering.tol").value == "0.01"
    assert not button(screen, "Start").disabled


def test_a_link_may_hold_settings_that_fit_only_together() -> None:
    network = {"kind": "conv", "filters": "4,8", "kernels": "3,3", "strides": "2,2"}
    screen = new_screen(**{f"autoencoder__{name}": text for name, text in network.items()})
    assert not sentences(screen)
    assert setting(screen, "autoencoder.filters").value == "4,8"


def test_an_unknown_preset_in_a_link_is_left_out_with_a_sentence() -> None:
    screen = new_screen(preset="best", seed="5")
    (sentence,) = sentences(screen)
    assert "Unknown preset 'best'" in sentence
    assert screen.query_params["preset"] == "digits"
    assert setting(screen, "seed").value == "5"


def test_a_choice_of_another_preset_ends_the_complaint_about_the_link() -> None:
    screen = new_screen(seed="-1")
    assert sentences(screen)
    preset_choice(screen).set_value("r-port").run()
    assert not sentences(screen)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("autoencoder.units", "a,b"),
        ("autoencoder.units", ""),
        ("data.n_samples", "many"),
        ("seed", "5.7"),
        ("clustering.learning_rate", "fast"),
        ("clustering.n_clusters", "201"),
        ("pretraining.epochs", ""),
    ],
)
def test_a_wrong_value_in_the_form_is_a_sentence_and_holds_the_start(path: str, value: str) -> None:
    screen = change(new_screen(), path, value)
    (sentence,) = problems(screen)
    assert sentence.startswith(f"{SETTINGS[path].label}: ")
    assert button(screen, "Start").help == sentence
    assert button(screen, "Start").disabled
    assert not button(screen, "Reset").disabled
    assert path not in screen.query_params
    change(screen, path, "10")
    assert not problems(screen)
    assert not button(screen, "Start").disabled


def place_of_more(screen: AppTest) -> int:
    """Where the further settings stand in the sidebar."""
    children = screen.sidebar.children.items()
    (place,) = [place for place, child in children if child.type == "expander"]
    return place


def test_more_settings_keep_their_place_and_so_stay_open_whatever_is_chosen_or_wrong() -> None:
    screen = new_screen()
    place = place_of_more(screen)
    kinds = {"clustering.objective": "idec", "autoencoder.kind": "conv3d"}
    for path, value in {"pretraining.rotation": "181", **kinds}.items():
        change(screen, path, value)
        assert place_of_more(screen) == place
    change(screen, "autoencoder.filters", "1,1,1,1,1,1,1,1,1")
    assert any("at most 8 numbers, commas between" in one for one in problems(screen))


def test_parameters_of_other_parts_of_the_page_stay_in_the_address() -> None:
    screen = change(new_screen(theme="dark"), "seed", "3")
    assert screen.query_params["theme"] == "dark"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"data__n_samples": "1798"}, ["Samples: at most 1,797, the number of samples in digits"]),
        (
            {"data__n_samples": "40", "clustering__n_clusters": "41"},
            ["Clusters: at most 40, the number of samples"],
        ),
    ],
)
def test_what_the_data_do_not_allow_is_known_before_the_start(
    values: dict[str, str], said: list[str]
) -> None:
    screen = new_screen(**values)
    assert [sentence.replace("\\", "") for sentence in problems(screen)] == said
    assert button(screen, "Start").disabled
    assert button(screen, "Start").help.replace("\\", "") == said[0]
    change(screen, "data.n_samples", "900")
    assert not problems(screen)
    assert not button(screen, "Start").disabled


def test_what_the_memory_does_not_hold_is_known_before_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dec_core.training.memory.memory_bytes", lambda: 1_000_000)
    screen = new_screen(data__n_samples="1700")
    (sentence,) = sentences(screen)
    assert sentence.startswith("The settings must fit the memory of this machine")
    assert button(screen, "Start").disabled


def test_a_field_that_a_browser_shows_late_begins_with_what_it_holds() -> None:
    screen = new_screen(preset="r-port", clustering__momentum="0.91234", seed="8")
    assert setting(screen, "clustering.momentum").value == "0.91234"
    for _ in range(2):
        assert len(fields(screen)) > sum(map(Config().has, SETTINGS))
        for field in fields(screen):
            # A component has its value as its default; no native field is told another one.
            assert not getattr(field.proto, "set_value", False), field.key
        preset_choice(screen).set_value("digits").run()
    assert shown(screen) == Config()


def test_how_many_samples_may_be_chosen_stands_beside_the_field() -> None:
    screen = change(new_screen(), "data.n_samples", "many")
    assert problems(screen) == ["Samples: a whole number from 1 to 1,797, or empty for all"]


@pytest.mark.parametrize("path", [path for path, row in SETTINGS.items() if has_slider(row)])
def test_a_slider_has_even_values_bounds_and_the_presets(path: str) -> None:
    row = SETTINGS[path]
    values = slider_values(row)
    assert values == sorted(set(values))
    assert len(values) <= 205
    assert (values[0], values[-1]) == (row.minimum, row.slide_to or row.maximum)
    presets = {preset.config.get(path) for preset in PRESETS.values() if preset.config.has(path)}
    assert presets <= set(values)
    kind = {row.union.path: row.only_for[0]} if row.union is not None and row.only_for else {}
    for value in values:
        # The slider sends text.
        assert Config().with_values({**kind, path: row.format(value)}).get(path) == value


def test_the_slider_of_clusters_ends_at_30_and_more_can_be_typed() -> None:
    assert slider_values(SETTINGS["clustering.n_clusters"]) == list(range(2, 31))
    screen = change(new_screen(), "clustering.n_clusters", "64")
    assert not problems(screen)
    assert screen.query_params["clustering.n_clusters"] == "64"


def test_the_encoder_is_drawn_from_the_features_to_the_embedding() -> None:
    screen = change(new_screen(), "autoencoder.units", "32,5")
    pictures = [html.proto.body for html in screen.get("html") if "funnel" in html.proto.body]
    assert [picture for picture in pictures if "64 to 32 to 5 units" in picture]
    assert not [p for p in change(screen, "autoencoder.units", "x").get("html") if "role" in str(p)]


def test_a_convolutional_network_is_drawn_and_refused_beside_the_field_that_is_wrong() -> None:
    screen = change(new_screen(), "autoencoder.kind", "conv")
    (picture,) = [html.proto.body for html in screen.get("html") if "Encoder" in html.proto.body]
    assert "Encoder: 8 by 8 by 1 to 4 by 4 by 32 to 2 by 2 by 64 to 1 by 1 by 128 to 10" in picture
    change(screen, "autoencoder.kernels", "9,5,3")
    assert problems(screen) == [
        "Kernel sizes: must be at most 8, the longer side of the images. Received 9"
    ]
    change(screen, "autoencoder.kernels", "5,5")
    (sentence,) = problems(screen)
    assert sentence == "Kernel sizes: must have one number per layer, for 3 layers. Received '5,5'."
    assert button(screen, "Start").disabled
    change(screen, "autoencoder.filters", "4,8")
    change(screen, "autoencoder.strides", "2,2")
    assert not problems(screen)
    change(screen, "autoencoder.image_shape", "16,4,1")
    (sentence,) = problems(screen)
    assert sentence.startswith("Image shape: must be 8,8,1, the shape of the data's images.")


def names(screen: AppTest) -> set[str]:
    """The settings that have a field."""
    return {field.key.rpartition(":")[2] for field in fields(screen)}


def test_each_method_of_pretraining_has_its_own_fields() -> None:
    screen = change(new_screen(), "pretraining.kind", "layer-wise")
    assert {"pretraining.layer_epochs", "pretraining.dropout", "pretraining.epochs"} <= names(
        screen
    )
    change(screen, "pretraining.dropout", 0.1)
    assert shown(screen).pretraining == LayerWisePretraining(dropout=0.1)
    change(screen, "pretraining.kind", "none")
    assert shown(screen).pretraining == NoPretraining()
    assert not {"pretraining.epochs", "pretraining.shift", "pretraining.run"} & names(screen)
    assert screen.query_params == {"preset": "digits", "pretraining.kind": "none"}


def test_only_runs_whose_autoencoder_fits_can_be_chosen(manager: RunManager) -> None:
    small = {**SMALL, "clustering.max_iterations": 10}
    fitting = train_to_store(Config().with_values(small), manager.store, "digits")
    train_to_store(
        Config().with_values({**small, "autoencoder.units": "8,4"}), manager.store, "digits"
    )
    screen = change(new_screen(), "pretraining.kind", "from-run")
    (sentence,) = problems(screen)
    assert sentence.startswith("Earlier run: no stored run has this network")
    assert button(screen, "Start").disabled
    change(screen, "autoencoder.units", SMALL["autoencoder.units"])
    (sentence,) = problems(screen)
    assert sentence.startswith("Earlier run: choose one")
    assert setting(screen, "pretraining.run").options == ["", fitting]
    change(screen, "pretraining.run", fitting)
    assert not problems(screen)
    assert shown(screen).pretraining == PretrainingFromRun(run=fitting)
    # Where the network is another one, the choice stands and is refused beside its field.
    change(screen, "autoencoder.units", "8,4")
    (sentence,) = problems(screen)
    assert sentence.startswith("Earlier run: must be a run with the network that is chosen here")
