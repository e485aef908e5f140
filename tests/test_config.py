"""Settings: one table of bounds, and values that survive JSON, text and comparison."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from dec_core.config import (
    DEFAULT_PRESET,
    LIVE_PARAMETERS,
    PRESETS,
    SETTINGS,
    Config,
    Setting,
    get_preset,
)
from dec_core.errors import SettingsError

# What a column may be called, commas, quotes and line breaks included.
NAMES = (
    st.text(st.characters(exclude_categories=["C"]) | st.just("\n"), min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)


def values_of(setting: Setting) -> st.SearchStrategy[Any]:
    """Any value that the setting allows."""
    numbers: st.SearchStrategy[Any]
    if setting.choices:
        return st.sampled_from(setting.choices)
    if setting.kind is bool:
        return st.booleans()
    if setting.is_of_text:
        return st.lists(NAMES, max_size=4, unique=True).map(tuple)
    if setting.kind is str:
        return NAMES | st.none() if setting.is_optional else NAMES
    assert setting.minimum is not None
    assert setting.maximum is not None
    if setting.kind is tuple:
        # Those of a convolutional network have one number per layer, and there are three of both
        # layers and sides of an image.
        is_free = setting.only_for != ("conv", "conv3d")
        sizes = (1, 12) if is_free else (3, 3)
        numbers = st.integers(int(setting.minimum), int(setting.maximum))
        return st.lists(numbers, min_size=sizes[0], max_size=sizes[1]).map(tuple)
    if setting.kind is int:
        numbers = st.integers(int(setting.minimum), int(setting.maximum))
    else:
        numbers = st.floats(setting.minimum, setting.maximum)
    return numbers | st.none() if setting.is_optional else numbers


def of_kind(values: dict[str, Any]) -> dict[str, Any]:
    """Without the settings that other kinds have than those which are chosen."""
    kinds = {path: setting.default for path, setting in SETTINGS.items() if setting.names_kind}
    chosen = {**kinds, **values}.get
    values = {path: value for path, value in values.items() if SETTINGS[path].applies(chosen)}
    shape = values.get("autoencoder.image_shape")
    if shape and chosen("autoencoder.kind") == "conv3d":
        values["autoencoder.image_shape"] = (2, *shape)
    return values


def kind_of(setting: Setting) -> dict[str, Any]:
    """What must be chosen so that there is this setting."""
    if setting.union is None or not setting.only_for:
        return {}
    return {setting.union.path: setting.only_for[0]}


VALUES = st.fixed_dictionaries({}, optional={p: values_of(s) for p, s in SETTINGS.items()}).map(
    of_kind
)


@given(VALUES)
def test_settings_survive_json(values: dict[str, Any]) -> None:
    config = Config().with_values(values)
    assert all(config.get(path) == value for path, value in values.items())
    again = Config.from_json(config.to_json())
    assert again == config
    assert hash(again) == hash(config)
    assert Config.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@given(VALUES)
@example({"data.name": "file", "data.leave_out": ("one\ntwo", "three, four", 'f"ive\r')})
def test_parse_undoes_format(values: dict[str, Any]) -> None:
    texts = {path: SETTINGS[path].format(value) for path, value in values.items()}
    assert Config().with_values(texts) == Config().with_values(values)


@given(VALUES)
def test_differences_lead_from_one_config_to_the_other(values: dict[str, Any]) -> None:
    base = get_preset("r-port").config
    config = base.with_values(values)
    differences = config.differences(base)
    assert set(differences) <= set(values)
    assert base.with_values(differences) == config


def test_differences_by_hand() -> None:
    changed = Config().with_values({"seed": 3, "clustering.tol": 0.01, "data.name": "digits"})
    assert changed.differences(Config()) == {"seed": 3, "clustering.tol": 0.01}
    assert Config().differences(changed) == {"seed": 0, "clustering.tol": 0.001}
    assert changed.differences(changed) == {}


def test_every_setting_has_a_label_and_a_help_sentence() -> None:
    for path, setting in SETTINGS.items():
        assert setting.path == path
        assert setting.label
        assert setting.label != path
        assert setting.help.endswith(".")
        assert setting.default == Config().with_values(kind_of(setting)).get(path)
        assert setting.section in {"", "data", "autoencoder", "pretraining", "clustering"}
    assert set(LIVE_PARAMETERS) <= set(SETTINGS)


BOUNDED = [s for s in SETTINGS.values() if s.minimum is not None and s.kind is not tuple]


@pytest.mark.parametrize("setting", BOUNDED, ids=lambda setting: setting.path)
def test_bounds_hold_and_are_inclusive(setting: Setting) -> None:
    assert setting.minimum is not None
    assert setting.maximum is not None
    for bound in (setting.minimum, setting.maximum):
        assert (
            Config().with_values({**kind_of(setting), setting.path: bound}).get(setting.path)
            == bound
        )
    step = 1 if setting.kind is not float else 1e-7
    for value in (setting.minimum - step, setting.maximum + step):
        with pytest.raises(SettingsError) as caught:
            Config().with_values({**kind_of(setting), setting.path: value})
        assert setting.path in str(caught.value)
        assert f"Received {value!r}" in str(caught.value)
        assert setting.help in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("clustering.learning_rate", "nan"),
        ("clustering.learning_rate", "inf"),
        ("clustering.n_clusters", "2.5"),
        ("clustering.n_clusters", "many"),
        ("clustering.target", "papers"),
        ("pretraining.shuffle", "perhaps"),
        ("autoencoder.units", ""),
        ("autoencoder.units", "10,0"),
        ("autoencoder.units", "10;3"),
        ("autoencoder.units", ",".join(["4"] * 13)),
        ("data.name", "cifar"),
        ("seed", "-1"),
    ],
)
def test_wrong_values_are_refused(path: str, value: str) -> None:
    with pytest.raises(SettingsError, match=path):
        Config().with_values({path: value})


@pytest.mark.parametrize("text", ["500,500,2000,10", " 500, 500,2000 ,10 ", "[500, 500, 2000, 10]"])
def test_units_are_read_from_text(text: str) -> None:
    config = Config().with_values({"autoencoder.units": text})
    assert config.get("autoencoder.units") == (500, 500, 2000, 10)


@pytest.mark.parametrize(("text", "expected"), [("all", None), ("", None), ("500", 500)])
def test_number_of_samples_is_read_from_text(text: str, expected: int | None) -> None:
    assert Config().with_values({"data.n_samples": text}).data.n_samples == expected


def test_text_of_numbers_is_short() -> None:
    assert SETTINGS["clustering.tol"].format(0.001) == "0.001"
    assert SETTINGS["clustering.tol"].format(1 / 3) == repr(1 / 3)
    assert SETTINGS["pretraining.shuffle"].format(True) == "true"
    assert SETTINGS["data.n_samples"].format(None) == "all"


@pytest.mark.parametrize(
    "values",
    [{"momentum": 1}, {"clustering": {"lr": 0.1}}, {"data": {"name": "digits", "path": "."}}],
)
def test_unknown_keys_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="Unknown setting"):
        Config.from_json(json.dumps(values))


def test_unknown_path_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"Unknown setting 'clustering\.lr'.*learning_rate"):
        Config().with_values({"clustering.lr": 1})


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null"])
def test_text_that_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="must be a JSON object"):
        Config.from_json(text)


def test_a_config_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Config().seed = 3  # type: ignore[misc]


def test_missing_settings_take_their_defaults() -> None:
    assert Config.from_json("{}") == Config()


def test_dec_paper_has_the_iterations_of_the_paper() -> None:
    config = get_preset("dec-paper").config
    per_epoch = -(-70_000 // config.get("pretraining.batch_size"))
    iterations = [stage.epochs * per_epoch for stage in config.pretraining_stages]
    assert iterations == pytest.approx([50_000] * 4 + [100_000], rel=0.005)
    assert [stage.dropout for stage in config.pretraining_stages] == [0.2] * 4 + [0.0]


def test_r_port_is_the_seed_value_by_value() -> None:
    config = get_preset("r-port").config
    assert {path: config.get(path) for path in SETTINGS if config.has(path)} == {
        "data.name": "fashion-mnist",
        "data.scaling": "none",
        "data.log1p": False,
        "data.n_samples": None,
        "autoencoder.kind": "dense",
        "autoencoder.units": (32, 32, 256, 10),
        "autoencoder.activation": "relu",
        "autoencoder.initializer": "variance_scaling",
        "autoencoder.bottleneck_initializer": "glorot_uniform",
        "autoencoder.dropout": 0.0,
        "pretraining.kind": "end-to-end",
        "pretraining.epochs": 10,
        "pretraining.optimizer": "sgd",
        "pretraining.learning_rate": 1.0,
        "pretraining.momentum": 0.9,
        "pretraining.batch_size": 256,
        "pretraining.shuffle": True,
        "pretraining.shift": 0,
        "pretraining.rotation": 0,
        "clustering.n_clusters": 10,
        "clustering.alpha": 1.0,
        "clustering.target": "r-recycled",
        "clustering.objective": "dec",
        "clustering.loss": "kld",
        "clustering.optimizer": "sgd",
        "clustering.learning_rate": 1.0,
        "clustering.momentum": 0.9,
        "clustering.batch_size": 256,
        "clustering.update_interval": 10,
        "clustering.tol": 1e-3,
        "clustering.max_iterations": 20_000,
        "clustering.kmeans_restarts": 20,
        "clustering.batch_order": "stored",
        "clustering.reset": "none",
        "clustering.dissolve": "none",
        "clustering.shift": 0,
        "clustering.rotation": 0,
        "seed": 0,
    }


def test_dec_keras_is_the_reference() -> None:
    config = get_preset("dec-keras").config
    assert config.get("autoencoder.units") == (500, 500, 2000, 10)
    assert config.pretraining_epochs == 300
    assert config.get("clustering.target") == "paper"
    assert (config.clustering.learning_rate, config.clustering.momentum) == (0.01, 0.9)
    assert config.clustering.update_interval == 140


def test_presets_run_on_any_data_set() -> None:
    assert DEFAULT_PRESET in PRESETS
    preset = get_preset("r-port")
    assert preset.on("digits").differences(preset.config) == {"data.name": "digits"}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"data": ' + "[" * 100_000,
        '{"seed": ' + "9" * 5_000 + "}",
        '{"seed": ' + "9" * 4_000 + "}",
        '{"clustering": {"tol": 1' + "0" * 400 + "}}",
        '{"clustering": {"tol": NaN}}',
        '{"data": {"\\ud800": "\\ud800"}}',
        '{"autoencoder": {"units": ' + "[" * 500 + "]" * 500 + "}}",
        '{"' + "x" * 10_000 + '": 1}',
        b"\xff\xfe",
        None,
        5,
        {},
    ],
    ids=lambda text: repr(text)[:30],
)
def test_whatever_is_no_settings_is_refused_in_a_short_sentence(text: Any) -> None:
    with pytest.raises(SettingsError) as caught:
        Config.from_json(text)
    assert len(str(caught.value)) < 500
    str(caught.value).encode()


@pytest.mark.parametrize(
    "value",
    [10**5_000, float("nan"), "\ud800", object(), [[[]]], {1: 2}],
    ids=["digits", "nan", "surrogate", "object", "lists", "dict"],
)
@pytest.mark.parametrize("path", ["seed", "clustering.tol", "autoencoder.units", "data.name"])
def test_values_of_any_kind_are_refused(path: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=path):
        Config().with_values({path: value})


def test_unknown_preset_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"Unknown preset 'r'\. Expected one of: digits"):
        get_preset("r")
