"""The plan of a diagnosis on scripted runs: what is asked for, and what is concluded from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pytest

from dec_core.analysis.answer import answer, outcome_words, to_dict
from dec_core.analysis.data_facts import DataFacts
from dec_core.analysis.diagnosis import Case, Diagnosis, Plan, Status
from dec_core.analysis.factors import network_suspects, repaired, suspects
from dec_core.analysis.investigation import investigate
from dec_core.analysis.plans import HORIZON
from dec_core.analysis.trials import Trial, is_hopeless, losses_of
from dec_core.analysis.verdict import Condition, Judgement, StopReason, Verdict, conclude
from dec_core.config import Config, get_preset
from tests.analysis.observations import observe, start

EVEN, ONE_LEFT = (100,) * 10, (1000, *[0] * 9)
FACTS = DataFacts(1_000, 64, 1_000, 0, 10, 1.0, 1.5, 1.0, 0.0, 0.25)
REFERENCE = Config(clustering=get_preset("dec-keras").config.clustering).with_values(
    {
        "pretraining.optimizer": "adam",
        "pretraining.learning_rate": 0.001,
        "pretraining.epochs": 150,
        "autoencoder.units": "500,500,2000,10",
    }
)
# Settings to the NMI at the end; None where the run collapses.
World = Callable[[Config], float | None]


def trial(config: Config, nmi: float | None, *, has_labels: bool = True) -> Trial:
    """A run that starts at an NMI of 0.5 and ends there."""
    sizes = ONE_LEFT if nmi is None else EVEN
    end = (0.0 if nmi is None else nmi) if has_labels else None
    began = start(EVEN, 0.5 if has_labels else None)
    iteration = 40 if nmi is None else min(HORIZON, config.clustering.max_iterations)
    history = [
        observe(0, EVEN, 0.5 if has_labels else None),
        observe(iteration - 1, sizes, end),
        observe(iteration, sizes, end),
    ]
    judgement = conclude(began, history, StopReason.MAX_ITERATIONS)
    return Trial(config, began, history, judgement)


def diagnosed(
    changed: Mapping[str, object],
    world: World,
    *,
    has_labels: bool = True,
    facts: DataFacts = FACTS,
    made: int = 99,
) -> tuple[Diagnosis, list[Plan]]:
    """The diagnosis of the reference with something changed, and the runs that it asked for, of
    which ``made`` could be made."""
    config = REFERENCE.with_values(changed)
    base = trial(config, world(config), has_labels=has_labels)
    inquiry = investigate(Case(base, facts))
    plans: list[Plan] = []
    try:
        plan = next(inquiry)
        while True:
            plans.append(plan)
            found = trial(plan.config, world(plan.config), has_labels=has_labels)
            plan = inquiry.send(found if len(plans) <= made else None)
    except StopIteration as end:
        return end.value, plans


def ids(diagnosis: Diagnosis, status: Status = Status.PROVED) -> list[str]:
    return [one.factor.cause for one in diagnosis.causes if one.status is status]


def two_causes(config: Config) -> float | None:
    """Either of them alone ruins the run."""
    settings = config.clustering
    return None if settings.target.kind != "paper" or settings.learning_rate > 0.5 else 0.55


R_PORT = {
    "clustering.target": "r-recycled",
    "clustering.learning_rate": 1.0,
    "clustering.update_interval": 10,
}


@pytest.mark.parametrize("has_labels", [True, False])
def test_two_causes_are_proved_and_what_did_no_harm_is_not(has_labels: bool) -> None:
    found, plans = diagnosed(R_PORT, two_causes, has_labels=has_labels)
    assert set(ids(found)) == {"learning_rate_too_high", "target_ignores_cluster_frequency"}
    assert [one.cause for one in found.harmless] == ["update_interval_too_short"]
    assert found.repairs == (frozenset(ids(found)),)
    # All of them, each alone wrong, each alone repaired; the smallest repair is one of these.
    assert len(plans) == 7
    assert [plan.words for plan in plans[:2]] == [
        "Clustering at the reference",
        "Only target rule wrong",
    ]
    assert plans[-1].words == "Only update interval repaired"
    values = to_dict(found)
    assert values["remedy"] == {"clustering.target": "paper", "clustering.learning_rate": 0.01}
    assert answer(found).startswith("Two independent causes: ")
    assert "Either one alone ruins the run." in answer(found)
    for cause in values["causes"]:
        alone = [one["changed"] for one in cause["counterfactuals"]]
        assert {"clustering.update_interval": [10, 140]}.items() <= alone[1].items()


def test_what_the_repair_changes_is_not_called_harmless() -> None:
    """The target alone ruins a run; of the other two, one has to be repaired beside it."""

    def world(config: Config) -> float | None:
        settings = config.clustering
        both = settings.learning_rate > 0.5 and settings.update_interval == 10
        return None if settings.target.kind != "paper" or both else 0.55

    found, _ = diagnosed(R_PORT, world)
    values = to_dict(found)
    assert values["remedy"] == {"clustering.target": "paper", "clustering.learning_rate": 0.01}
    assert ids(found) == ["target_ignores_cluster_frequency"]
    assert ids(found, Status.SUSPECTED) == ["learning_rate_too_high"]
    assert values["causes"][1]["sentence"].endswith("but the smallest repair needs it.")
    assert values["harmless"] == ["update_interval_too_short"]


def test_the_sentence_of_a_failure_ends_once() -> None:
    failed = Trial(Config(), None, (), Judgement(Condition.BROKEN, Verdict.DIVERGED, "Diverged."))
    assert outcome_words(failed) == "Diverged"


def test_a_sound_run_needs_one_run_and_gets_no_cause() -> None:
    found, plans = diagnosed({"clustering.learning_rate": 0.05}, lambda _: 0.6)
    assert len(plans) == 1
    assert not found.causes
    assert [one.cause for one in found.harmless] == ["learning_rate_too_high"]
    assert "did no harm here: learning rate 0.05" in answer(found)
    assert diagnosed({}, lambda _: 0.6)[1] == []


def test_what_costs_more_than_chance_is_a_cause_with_its_cost() -> None:
    def world(config: Config) -> float:
        return 0.52 if config.clustering.target.kind == "per-batch" else 0.58

    found, plans = diagnosed({"clustering.target": "per-batch"}, world)
    assert ids(found) == ["target_per_batch"]
    assert "costs 0.060 NMI" in answer(found)
    # Two more runs of the reference measure what chance does.
    assert [plan.config.clustering.batch_size for plan in plans] == [256, 240, 256]


def test_what_chance_does_as_well_is_no_cause() -> None:
    def world(config: Config) -> float:
        settings = config.clustering
        return 0.55 if settings.batch_size in (8, 240) else 0.58

    found, _ = diagnosed({"clustering.batch_size": 8}, world)
    assert not found.causes
    assert found.margins["nmi"] == pytest.approx(0.06)


def test_two_that_do_harm_only_together_have_two_repairs() -> None:
    def world(config: Config) -> float | None:
        settings = config.clustering
        is_spoilt = settings.learning_rate > 0.5 and settings.update_interval < 140
        return None if is_spoilt else 0.55

    changed = {"clustering.learning_rate": 1.0, "clustering.update_interval": 10}
    found, _ = diagnosed(changed, world)
    assert found.repairs == (
        frozenset({"learning_rate_too_high"}),
        frozenset({"update_interval_too_short"}),
    )
    assert len(ids(found)) == 2
    assert len(to_dict(found)["repairs"]) == 2


def test_a_repair_may_need_a_factor_that_alone_does_no_harm() -> None:
    """The target ruins every run, the interval only one whose rate is too high as well."""

    def world(config: Config) -> float | None:
        settings = config.clustering
        both = settings.learning_rate > 0.5 and settings.update_interval < 140
        return None if both or settings.target.kind != "paper" else 0.55

    found, _ = diagnosed(R_PORT, world)
    target = "target_ignores_cluster_frequency"
    assert found.repairs == (
        frozenset({target, "learning_rate_too_high"}),
        frozenset({target, "update_interval_too_short"}),
    )
    assert ids(found) == [target]


def test_pretraining_is_blamed_where_the_reference_from_the_same_start_fails() -> None:
    def world(config: Config) -> float | None:
        return 0.45 if config.pretraining_epochs < 100 else 0.7

    found, plans = diagnosed({"pretraining.epochs": 5, "clustering.learning_rate": 0.05}, world)
    assert ids(found) == ["pretraining_insufficient"]
    assert plans[0].config.pretraining_epochs == 5
    assert plans[1].config.pretraining_epochs == 150
    assert to_dict(found)["remedy"] == {"pretraining.epochs": 150}


def test_a_network_that_was_not_pretrained_at_all_is_blamed() -> None:
    def world(config: Config) -> float | None:
        return 0.45 if config.pretraining_epochs < 100 else 0.7

    found, _ = diagnosed({"pretraining.kind": "none"}, world)
    assert ids(found) == ["pretraining_insufficient"]
    remedy = to_dict(found)["remedy"]
    assert (remedy["pretraining.kind"], remedy["pretraining.epochs"]) == ("end-to-end", 150)


def test_other_weights_differ_more_by_chance() -> None:
    """What follows from another pretraining is a cost only where it is clear."""

    def world(config: Config) -> float | None:
        is_dead = config.get("pretraining.learning_rate") > 1
        return None if is_dead else 0.62 if config.pretraining_epochs < 100 else 0.66

    changed = {"pretraining.learning_rate": 10.0, "pretraining.epochs": 60}
    found, _ = diagnosed(changed, world)
    assert ids(found) == ["pretraining_step_unsuitable"]


def test_a_sound_run_on_unscaled_data_is_tried_with_scaled_ones() -> None:
    """It may be far below what it could be, though it gains on its own poor start."""
    unscaled = replace(FACTS, spread_ratio=5_000.0)
    better = diagnosed({}, lambda c: 0.55 if c.data.scaling == "none" else 0.8, facts=unscaled)
    assert ids(better[0]) == ["data_not_scaled"]
    alike = diagnosed({}, lambda c: 0.55 if c.data.scaling == "none" else 0.58, facts=unscaled)
    assert ids(alike[0]) == []


def test_unscaled_data_are_found() -> None:
    def world(config: Config) -> float | None:
        return None if config.data.scaling == "none" else 0.7

    found, _ = diagnosed({}, world, facts=replace(FACTS, largest=9_000.0))
    assert ids(found) == ["data_not_scaled"]
    assert "values up to 9,000" in answer(found)


def test_an_adam_rate_is_repaired_for_the_optimizer_that_is_left() -> None:
    def world(config: Config) -> float | None:
        settings = config.clustering
        return None if settings.optimizer == "adam" and settings.learning_rate > 0.01 else 0.6

    changed = {"clustering.optimizer": "adam", "clustering.learning_rate": 0.05}
    found, _ = diagnosed(changed, world)
    assert ids(found) == ["learning_rate_too_high", "optimizer_unsuitable"]
    remedies = [repair["changed"] for repair in to_dict(found)["repairs"]]
    assert {"clustering.learning_rate": [0.05, 0.001]} in remedies
    assert {"clustering.optimizer": ["adam", "sgd"]} in remedies


def test_gamma_is_suspected_where_it_is_not_the_published_one() -> None:
    idec = {"clustering.objective": "idec"}
    assert not suspects(REFERENCE.with_values(idec), FACTS, [])
    changed = {**idec, "clustering.gamma": 5.0, "clustering.loss": "mse"}
    config = REFERENCE.with_values(changed)
    found = suspects(config, FACTS, [])
    assert [factor.cause for factor in found] == ["loss_unsuitable", "gamma_too_high"]
    assert "gamma, the weight of the clustering loss, is 5, which is too high" in found[1].words
    assert repaired(config, found) == REFERENCE.with_values(idec)
    (low,) = suspects(REFERENCE.with_values({**idec, "clustering.gamma": 0.0}), FACTS, [])
    assert low.cause == "gamma_too_low"
    assert low.words == "gamma is 0, so that the target distribution has no influence"


def test_too_large_a_gamma_is_proved_and_repaired() -> None:
    def world(config: Config) -> float | None:
        return None if config.get("clustering.gamma") == 10.0 else 0.55

    changed = {"clustering.objective": "idec", "clustering.gamma": 10.0}
    diagnosis, _ = diagnosed({**changed, "clustering.update_interval": 30}, world)
    assert ids(diagnosis) == ["gamma_too_high"]
    assert diagnosis.repairs == (frozenset({"gamma_too_high"}),)


@pytest.mark.parametrize("made", [0, 2])
def test_what_was_not_tried_in_time_stays_suspected(made: int) -> None:
    found, _ = diagnosed(R_PORT, two_causes, made=made)
    assert not found.is_complete
    assert len(found.causes) == 3 if made == 0 else found.causes
    assert all(one.status is Status.SUSPECTED for one in found.causes) == (made == 0)


def test_a_run_that_never_clustered_is_judged_by_what_comes_before() -> None:
    config = REFERENCE.with_values({"pretraining.learning_rate": 10.0})
    failed = Trial(config, None, (), None)
    inquiry = investigate(Case(failed, FACTS))
    asked = next(inquiry)
    assert asked.repairs == frozenset({"pretraining_step_unsuitable"})
    with pytest.raises(StopIteration) as end:
        inquiry.send(trial(asked.config, 0.6))
        inquiry.send(failed)
    assert ids(end.value.value) == ["pretraining_step_unsuitable"]


def test_costly_updates_shorten_a_run_and_it_is_compared_where_it_ends() -> None:
    many = replace(FACTS, n_samples=70_000, n_distinct=70_000)
    _, plans = diagnosed(R_PORT, two_causes, facts=many)
    lengths = {p.config.clustering.update_interval: p for p in plans}
    assert lengths[140].config.clustering.max_iterations == HORIZON
    assert not lengths[140].is_short
    assert 300 < lengths[10].config.clustering.max_iterations < 500
    assert lengths[10].is_short


def test_a_run_that_did_not_end_by_itself_is_compared_where_it_is() -> None:
    """Its last update is not below the reference's at the same iteration, but below its end."""
    early = trial(REFERENCE.with_values({"clustering.max_iterations": 200}), 0.5)
    reference = trial(REFERENCE, 0.6)
    assert losses_of(early, reference)["nmi"] == pytest.approx(0.1)
    assert losses_of(replace(early, is_cut=True), reference)["nmi"] == pytest.approx(0.0)


def test_a_run_is_given_up_once_it_is_broken_at_two_updates() -> None:
    history = [observe(0, EVEN), observe(140, ONE_LEFT), observe(280, ONE_LEFT)]
    assert not is_hopeless(start(EVEN), history[:2])
    assert is_hopeless(start(EVEN), history)
    assert not is_hopeless(start(EVEN), [history[0], history[1], observe(280, EVEN)])


def test_every_value_is_plain() -> None:
    found, _ = diagnosed(R_PORT, two_causes)

    def plain(value: object) -> bool:
        if isinstance(value, dict):
            return all(isinstance(key, str) and plain(one) for key, one in value.items())
        if isinstance(value, Iterable) and not isinstance(value, str):
            return isinstance(value, list | tuple) and all(map(plain, value))
        return value is None or isinstance(value, str | int | float | bool)

    assert plain(to_dict(found))


def test_a_run_that_is_sound_by_itself_may_have_a_start_that_is_not() -> None:
    """The reference's clustering does worse from the same start, which is to blame."""

    def world(config: Config) -> float:
        if config.data.scaling == "standard":
            return 0.8
        return 0.45 if config.clustering.update_interval == 140 else 0.55

    unscaled = replace(FACTS, largest=255.0)
    found, _ = diagnosed({"clustering.update_interval": 70}, world, facts=unscaled)
    assert ids(found) == ["data_not_scaled"]
    assert [one.cause for one in found.harmless] == ["update_interval_too_short"]


@pytest.mark.parametrize(
    ("is_dead", "cause"), [(True, "dead_embedding"), (False, "network_unsuitable")]
)
def test_a_convolutional_network_is_suspected_and_the_reference_tried(
    is_dead: bool, cause: str
) -> None:
    config = REFERENCE.with_values({"autoencoder.kind": "conv", "autoencoder.dimensions": 4})
    (factor,) = network_suspects(config, is_dead=is_dead)
    assert (factor.cause, factor.words) == (cause, "the network (conv) does not learn the data")
    repaired = config.with_values(factor.repair(config))
    assert repaired.get("autoencoder.units") == (500, 500, 2000, 4)
    assert factor.label(config) == "network and encoder layers"
    assert not list(network_suspects(repaired, is_dead=is_dead))


def test_a_reset_or_dissolving_that_does_harm_is_a_cause() -> None:
    def world(config: Config) -> float | None:
        if config.get("clustering.dissolve") == "small":
            return None
        return 0.5 if config.get("clustering.reset") == "soft" else 0.58

    both = {"clustering.reset": "soft", "clustering.dissolve": "small"}
    found, _ = diagnosed(both, world)
    assert "clusters_dissolved" in ids(found)
    assert "small clusters are dissolved" in answer(found)
    found, _ = diagnosed({"clustering.reset": "soft"}, world)
    assert ids(found) == ["encoder_reset"]
    assert "the encoder is reset every 20 passes over the data" in answer(found)
