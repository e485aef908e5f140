"""A new kind is a class and a registration: settings, text, JSON and sentences follow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from dec_core.cli.main import main
from dec_core.config import (
    NETWORKS,
    OBJECTIVES,
    SETTINGS,
    SOURCES,
    TARGETS,
    Config,
    DenseNetwork,
    TargetRule,
    UnknownSource,
    get_preset,
    setting,
)
from dec_core.data import load
from dec_core.errors import DataError, SettingsError
from dec_core.store.store import RunStore
from tests.kinds import BlobsSource, PowerRule, RingNetwork, blobs_source, power_rule, ring_network

TABLE = {"data": {"name": "my-table", "n_samples": 120, "file": "a.csv", "columns": ["x", "y"]}}


@pytest.fixture
def ring() -> Iterator[None]:
    with ring_network():
        yield


@pytest.fixture
def power() -> Iterator[None]:
    with power_rule():
        yield


@pytest.fixture
def blobs() -> Iterator[None]:
    with blobs_source():
        yield


def test_a_kind_is_in_the_table_as_long_as_it_is_registered() -> None:
    before = dict(SETTINGS)
    with ring_network(), power_rule(), blobs_source():
        assert SETTINGS["autoencoder.kind"].choices == ("dense", "conv", "conv3d", "ring")
        assert SETTINGS["autoencoder.kind"].help == (
            "Kind of autoencoder. conv: convolutions, for images. conv3d: convolutions in three "
            "dimensions, for volumes. ring: layers in rings."
        )
        rings = SETTINGS["autoencoder.rings"]
        assert (rings.label, rings.minimum, rings.maximum, rings.default) == ("Rings", 1, 9, 3)
        assert rings.only_for == ("ring",)
        assert SETTINGS["autoencoder.units"].only_for == ("dense",)
        assert SETTINGS["autoencoder.activation"].only_for == ()
        assert SETTINGS["clustering.target"].choices[-1] == "power"
        assert SETTINGS["clustering.target"].help.endswith("alone. power: with any power.")
        assert SETTINGS["clustering.power"].only_for == ("power",)
        assert SETTINGS["data.name"].choices[-1] == "blobs"
        assert SETTINGS["data.size"].only_for == ("blobs",)
        paths = list(SETTINGS)
        for tag, own in (("autoencoder.kind", "rings"), ("clustering.target", "power")):
            assert paths.index(tag) < paths.index(f"{tag.partition('.')[0]}.{own}")
    assert dict(SETTINGS) == before
    with pytest.raises(SettingsError, match=r"Unknown setting 'autoencoder\.rings'"):
        Config().with_values({"autoencoder.rings": 2})
    with pytest.raises(
        SettingsError,
        match=r"autoencoder\.kind: must be 'dense', 'conv' or 'conv3d'\. Received 'ring'",
    ):
        Config.from_dict({"autoencoder": {"kind": "ring"}})


@pytest.mark.usefixtures("ring", "power", "blobs")
def test_a_config_of_other_kinds_survives_text_and_json() -> None:
    texts = {
        "data.name": "blobs",
        "data.size": "40",
        "data.spread": "0.25",
        "data.note": "all of them",
        "autoencoder.rings": "2",
        "autoencoder.kind": "ring",
        "clustering.power": "2.5",
        "clustering.target": "power",
    }
    config = Config().with_values(texts)
    assert config.data == BlobsSource(size=40, spread=0.25, note="all of them")
    assert config.autoencoder == RingNetwork(rings=2, activation="relu")
    assert config.clustering.target == PowerRule(power=2.5)
    assert config.to_dict()["clustering"]["power"] == 2.5
    again = Config.from_json(config.to_json())
    assert again == config
    assert hash(again) == hash(config)
    assert {path: config.text_of(path) for path in texts} == texts
    differences = config.differences(Config())
    assert set(differences) == set(texts)
    assert Config().with_values(differences) == config
    assert Config().differences(config) == {
        "data.name": "digits",
        "autoencoder.kind": "dense",
        "clustering.target": "paper",
    }
    assert config.with_values(Config().differences(config)) == Config()


@pytest.mark.usefixtures("blobs")
def test_own_fields_may_be_words_that_can_be_empty_and_numbers_without_bounds() -> None:
    note, spread = SETTINGS["data.note"], SETTINGS["data.spread"]
    assert (note.kind, note.is_optional, note.default) == (str, True, None)
    assert (spread.kind, spread.minimum, spread.maximum) == (float, None, None)
    for text, value in (("", None), ("none", "none"), ("all", "all")):
        config = Config().with_values({"data.name": "blobs", "data.note": text})
        assert config.get("data.note") == value
        assert config.text_of("data.note") == (text or "none")
    with pytest.raises(SettingsError, match=r"data\.spread: must be greater than 0\. Received '0'"):
        Config().with_values({"data.name": "blobs", "data.spread": "0"})


@pytest.mark.usefixtures("ring")
def test_what_another_kind_does_not_have() -> None:
    dense = get_preset("r-port").config
    ring = dense.with_values({"autoencoder.kind": "ring"})
    assert not ring.has("autoencoder.units")
    assert ring.get("autoencoder.units") is None
    assert ring.text_of("autoencoder.units") == "\N{EN DASH}"
    assert ring.get("autoencoder.activation") == "relu"
    assert dense.differences(ring) == {
        "autoencoder.kind": "dense",
        "autoencoder.units": (32, 32, 256, 10),
        "autoencoder.bottleneck_initializer": "glorot_uniform",
    }


@pytest.mark.usefixtures("ring")
def test_a_field_of_another_kind_is_refused_with_its_name() -> None:
    sentence = (
        "autoencoder.rings belongs to autoencoder.kind=ring. Received it with "
        "autoencoder.kind=dense. Leave it out, or choose autoencoder.kind=ring."
    )
    with pytest.raises(SettingsError) as caught:
        Config().with_values({"autoencoder.rings": 2})
    assert str(caught.value) == sentence
    with pytest.raises(SettingsError) as caught:
        Config.from_dict({"autoencoder": {"rings": 2}})
    assert str(caught.value) == sentence
    with pytest.raises(SettingsError, match=r"units belongs to autoencoder\.kind=dense\. Received"):
        Config.from_dict({"autoencoder": {"kind": "ring", "units": [3]}})
    with pytest.raises(SettingsError, match=r"^autoencoder\.rings: .*from 1 to 9\. Received 10\."):
        Config().with_values({"autoencoder.kind": "ring", "autoencoder.rings": 10})
    with pytest.raises(
        SettingsError, match=r"^autoencoder\.kind: must be 'dense', 'conv', 'conv3d' or 'ring'\."
    ):
        Config().with_values({"autoencoder.kind": "square"})


@pytest.mark.usefixtures("ring")
def test_what_nothing_computes_is_refused_with_its_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    small = ["train", "--json", "--set", "data.n_samples=30", "--set", "autoencoder.kind=ring"]
    assert main(small) == 2
    assert (
        "autoencoder.kind must be a kind that can be trained: dense, conv"
        in capsys.readouterr().err
    )
    assert main([*small, "--set", "autoencoder.rings=0"]) == 2
    assert "autoencoder.rings: must be a whole number from 1 to 9" in capsys.readouterr().err


def trained(capsys: pytest.CaptureFixture[str], *assignments: str) -> dict[str, Any]:
    """What the command line says of a run on 40 blobs."""
    values = [
        "data.name=blobs",
        "data.size=40",
        "autoencoder.units=4,2",
        "pretraining.epochs=1",
        "clustering.n_clusters=2",
        "clustering.max_iterations=20",
        "clustering.update_interval=10",
        *assignments,
    ]
    assert main(["train", "--json", *(part for v in values for part in ("--set", v))]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return result


@pytest.mark.usefixtures("power", "blobs")
def test_new_kinds_are_trained_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    paper = trained(capsys)
    assert (paper["dataset"], paper["n_samples"]) == ("blobs", 40)
    square = trained(capsys, "clustering.target=power")
    assert square["loss"] == pytest.approx(paper["loss"], rel=1e-4)
    sharper = trained(capsys, "clustering.target=power", "clustering.power=6")
    assert sharper["loss"] > 2 * paper["loss"]


@pytest.mark.usefixtures("power", "blobs")
def test_a_branch_may_take_a_rule_with_settings_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parent = trained(capsys)["run_id"]
    rule = ("--set", "clustering.target=power", "--set", "clustering.power=3")
    longer = ("--set", "clustering.max_iterations=40")
    assert main(["runs", "branch", parent, "--json", *rule, *longer]) == 0
    branch = json.loads(capsys.readouterr().out.splitlines()[-1])["run_id"]
    record = RunStore().record(branch)
    assert record.lineage is not None
    assert record.lineage.changes == {
        "clustering.target": ["paper", "power"],
        "clustering.power": [None, 3.0],
        "clustering.max_iterations": [20, 40],
    }
    fixed = ("--set", "data.size=50")
    assert main(["runs", "branch", parent, *fixed, *longer]) == 2
    assert "change of data.size, which the checkpoint fixes" in capsys.readouterr().err


def test_a_name_is_taken_once_and_a_field_clashes_with_no_other() -> None:
    class Clash(TargetRule):
        kind: Literal["clash"] = "clash"
        alpha: float = setting(1.0, "Alpha", "Is there already.", ge=0.5, le=2.0)

    class Required(TargetRule):
        kind: Literal["required"] = "required"
        beta: float

    before = dict(SETTINGS)
    with pytest.raises(ValueError, match=r"name of its own without spaces\. Received 'paper'"):
        TARGETS.register(TargetRule, "paper")
    with pytest.raises(ValueError, match=r"Received clustering\.alpha twice"):
        TARGETS.register(Clash, "clash")
    with pytest.raises(ValueError, match=r"needs a default\. Received clustering\.beta without"):
        TARGETS.register(Required, "required")
    with pytest.raises(ValueError, match="must be a subclass of TargetRule"):
        TARGETS.register(DenseNetwork, "dense")  # type: ignore[arg-type]
    assert dict(SETTINGS) == before


def test_settings_without_kinds_are_the_same_and_are_written_the_same() -> None:
    """As runs were stored, and networks cached, before there were kinds."""
    config = Config()
    assert config.to_dict()["autoencoder"] == config.autoencoder.model_dump(mode="json")
    assert list(config.to_dict()["autoencoder"]) == [
        "units",
        "activation",
        "initializer",
        "bottleneck_initializer",
    ]
    clustering = config.to_dict()["clustering"]
    assert (clustering["target"], clustering["loss"]) == ("paper", "kld")
    assert not {"kind", "objective"} & set(clustering)
    for kinds in (SOURCES, NETWORKS, TARGETS, OBJECTIVES):
        assert config.get(kinds.path) == kinds.default in kinds.names
    named = {"autoencoder": {"kind": "dense"}, "clustering": {"objective": "dec"}}
    assert Config.from_dict(named) == config


def test_a_stored_data_set_that_nobody_knows_is_kept_as_it_is() -> None:
    config = Config.from_dict(TABLE)
    assert isinstance(config.data, UnknownSource)
    assert config.get("data.name") == "my-table"
    assert config.to_dict()["data"] == {**TABLE["data"], "scaling": "none", "log1p": False}
    again = Config.from_json(config.to_json())
    assert again == config
    assert hash(again) == hash(config)
    assert config.with_values({"clustering.tol": 0.1}).data == config.data
    on_digits = config.with_values({"data.name": "digits"})
    assert on_digits == Config().with_values({"data.n_samples": 120})
    with pytest.raises(DataError, match=r"Received 'my-table', which this installation does not"):
        load(config.data, seed=0)


@pytest.mark.parametrize("name", ["", "a\x1b[31mb", "line\nbreak", "x" * 201, "\ud800", 5, None])
def test_a_stored_name_must_be_printable(name: Any) -> None:
    with pytest.raises(SettingsError, match=r"data\.name"):
        Config.from_dict({"data": {"name": name}})
