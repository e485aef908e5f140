"""The Compare page with real stored runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dec_core.runs.commands import Change, Resume, Stop
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from tests.runs.short_runs import (
    ENDLESS,
    partly_saved,
    pause,
    small_config,
    wait_for,
    wait_for_updates,
)
from tests.runs.trained_runs import finished_run
from tests.ui.screens import (
    button,
    captions,
    click,
    intact,
    menu,
    opened,
    plots,
    refresh,
    rows,
    sentences,
)
from tests.ui.test_stored_runs import interrupted_run


def compare(**query: str) -> AppTest:
    """A tab that opens the Compare page with this address."""
    return refresh(opened("compare.py", **query))


def trained(manager: RunManager, **values: object) -> RunHandle:
    """A run that is over."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    return manager.get(finished_run(manager.store, named))


def two(manager: RunManager) -> list[str]:
    """Two runs that differ only in their seed."""
    return [trained(manager).run_id, trained(manager, seed=1).run_id]


def forget_sessions(manager: RunManager) -> RunManager:
    """A server that knows the runs from the disk alone."""
    manager.close()
    st.cache_resource.clear()
    return manager


def legend(screen: AppTest) -> list[dict[str, Any]]:
    """The entries of the legend."""
    for element in screen.get("bidi_component"):
        if element.proto.component_name.endswith("run_legend"):
            entries: list[dict[str, Any]] = json.loads(element.proto.json)["entries"]
            return entries
    return []


def curves(screen: AppTest) -> list[dict[str, Any]]:
    """The traces of the comparison."""
    figure = json.loads(plots(screen)["comparison"]["figure"])
    traces: list[dict[str, Any]] = figure["data"]
    return traces


def settings(screen: AppTest) -> str:
    """The table of settings that differ."""
    return "".join(e.proto.body for e in screen.get("html") if "dec-lab-settings" in e.proto.body)


def test_before_the_first_run() -> None:
    screen = compare()
    assert [m.value for m in screen.markdown if m.value.startswith("There are no runs yet.")]
    assert [link.proto.label for link in screen.get("page_link")] == ["Train a run"]
    assert not plots(screen)


def test_stored_runs_are_listed_with_their_numbers(manager: RunManager) -> None:
    session = trained(manager)
    forget_sessions(manager)
    row = rows(compare(numbers="best_acc"))[session.run_id]
    last, start = session.view.updates[-1].measures, session.view.start
    assert start is not None
    assert row["About"].startswith("digits on digits: samples 300, ")
    assert row["State"] == "dead embedding at iteration 40"
    assert row["NMI"] == pytest.approx(last["nmi"])
    assert row["NMI small"] == f"{last['nmi'] - start.measures['nmi']:+.3f}"
    assert row["Best ACC"] >= row["ACC"]
    assert row["Iterations"] == 40
    assert row["Open"] == f"./?run={session.run_id}"


def test_the_newest_runs_are_chosen_and_stand_in_the_address(manager: RunManager) -> None:
    first, second = two(manager)
    screen = compare()
    assert set(screen.query_params["runs"].split(",")) == {first, second}
    assert {entry["run"] for entry in legend(screen)} == {first, second}


def test_the_address_says_which_runs_in_which_order(manager: RunManager) -> None:
    first, second = two(manager)
    forget_sessions(manager)
    screen = compare(runs=f"{second},{first}")
    assert [entry["run"] for entry in legend(screen)] == [second, first]
    colors = {entry["run"]: entry["color"] for entry in legend(screen)}
    assert len(set(colors.values())) == 2
    for trace in curves(screen):
        assert trace["line"]["color"] == colors[trace["legendgroup"]]
    for run_id, color in colors.items():
        assert f'<tr data-run="{run_id}"><th><span class="swatch" style="background:{color}">' in (
            settings(screen)
        )
    assert {run_id: row["Color"] for run_id, row in rows(screen).items()} == colors


def test_no_run_chosen_is_a_choice(manager: RunManager) -> None:
    two(manager)
    screen = compare(runs="")
    assert not plots(screen)
    assert [said for said in captions(screen) if said.startswith("Tick runs to compare them.")]
    assert button(screen, "Delete").disabled


def test_labels_are_those_of_one_run_and_the_button_says_so(manager: RunManager) -> None:
    ids = two(manager)
    for runs, is_dead in ((ids, True), (ids[:1], False)):
        csv, parquet = compare(runs=",".join(runs)).get("download_button")
        for found in (csv, parquet):
            assert found.proto.disabled is is_dead
            assert ("Choose one run that has ended." in found.proto.help) is is_dead


@pytest.mark.parametrize("wrong", ["wild-owl-ffff", "../../etc/passwd", "<b>x</b>"])
def test_an_unknown_run_in_the_address_is_a_sentence(manager: RunManager, wrong: str) -> None:
    run_id = trained(manager).run_id
    screen = compare(runs=f"{wrong},{run_id}", baseline=wrong)
    assert len(sentences(screen)) == 2
    assert screen.query_params["runs"] == run_id
    assert "baseline" not in screen.query_params
    assert [entry["run"] for entry in legend(screen)] == [run_id]
    assert not sentences(refresh(screen))


def test_a_damaged_run_is_listed_and_holds_up_nothing(manager: RunManager) -> None:
    first, second = two(manager)
    forget_sessions(manager)
    (manager.store.root / first / "run.json").write_text("{", encoding="utf-8")
    screen = compare(runs=f"{first},{second}")
    assert rows(screen)[first]["State"] == "damaged"
    assert rows(screen)[first]["Remark"]
    assert [text.value for text in screen.text if text.value.startswith(f"{first}: run.json")]
    assert [entry["run"] for entry in legend(screen)] == [second]
    assert [s for s in sentences(screen) if s.startswith(f"{first} cannot be drawn.")]


def test_settings_are_columns_on_demand_at_first_those_that_differ(manager: RunManager) -> None:
    first = trained(manager).run_id
    second = trained(manager, clustering__alpha=2.0).run_id
    screen = compare(runs=f"{first},{second}")
    assert "Alpha" not in rows(screen)[first]
    screen.toggle(key="compare_settings_on").set_value(True).run()
    assert screen.query_params["settings"] == "differing"
    assert [rows(intact(screen))[run]["Alpha"] for run in (first, second)] == [1, 2]
    assert "Seed" not in rows(screen)[first]
    screen.multiselect(key="compare_settings").set_value(["seed"]).run()
    assert intact(screen).query_params["settings"] == "seed"
    assert rows(screen)[second]["Seed"] == 0
    assert "Alpha" not in rows(screen)[second]
    screen = compare(runs=first, settings="alpha", numbers="beauty")
    assert sentences(screen) == [
        "There is no number beauty, so it is no column.",
        "There is no setting alpha, so it is no column.",
    ]


def test_filters_hide_rows_but_choose_nothing_else(manager: RunManager) -> None:
    first, second = two(manager)
    manager.store.annotate(second, title="The second", tags=("keep",))
    screen = compare(runs=f"{first},{second}")
    screen.text_input(key="compare_text").set_value("the SECOND").run()
    assert list(rows(intact(screen))) == [second]
    assert screen.query_params["runs"] == f"{first},{second}"
    assert {entry["name"] for entry in legend(screen)} == {first, "The second"}
    screen.text_input(key="compare_text").set_value("").run()
    screen.multiselect(key="compare_Tag").set_value(["keep"]).run()
    assert list(rows(intact(screen))) == [second]
    screen.multiselect(key="compare_Tag").set_value([]).run()
    screen.multiselect(key="compare_State").set_value(["dead embedding"]).run()
    assert set(rows(intact(screen))) == {first, second}
    assert screen.query_params["state"] == "dead embedding"
    assert list(rows(compare(runs=first, filter="the SECOND", tag="keep"))) == [second]


def test_a_pinned_baseline_stays_in_the_address_and_comes_first(manager: RunManager) -> None:
    first, second = two(manager)
    screen = compare(runs=f"{first},{second}")
    screen.selectbox(key="compare_baseline").set_value(second).run()
    assert intact(screen).query_params["baseline"] == second
    assert [(e["run"], e["is_baseline"]) for e in legend(screen)] == [
        (second, True),
        (first, False),
    ]
    assert "baseline" in settings(screen)
    screen = compare(runs=first, baseline=second)
    assert [entry["run"] for entry in legend(screen)] == [second, first]
    screen.selectbox(key="compare_baseline").set_value("").run()
    assert "baseline" not in intact(screen).query_params


def test_labels_of_two_runs_on_the_same_samples_are_matched(manager: RunManager) -> None:
    first = trained(manager).run_id
    second = trained(manager, clustering__alpha=2.0).run_id
    forget_sessions(manager)
    screen = compare(runs=f"{first},{second}")
    assert "of 300 samples are in matched clusters" in plots(screen)["agreement"]["alternative"]


def test_labels_of_other_samples_are_not_compared(manager: RunManager) -> None:
    first = trained(manager).run_id
    second = trained(manager, data__n_samples=200).run_id
    screen = compare(runs=f"{first},{second}")
    assert "agreement" not in plots(screen)
    assert [s for s in sentences(screen) if "were trained on different samples" in s]


def test_stored_labels_are_those_of_the_last_update(manager: RunManager) -> None:
    first, second = (
        manager.start(small_config({"clustering.alpha": alpha}), "digits") for alpha in (1.0, 2.0)
    )
    wait_for(second, RunState.FINISHED)
    address = {"runs": f"{first.run_id},{second.run_id}"}
    live = plots(compare(**address))["agreement"]
    forget_sessions(manager)
    stored = plots(compare(**address))["agreement"]
    assert json.loads(live["figure"]) == json.loads(stored["figure"])


def test_a_run_that_trains_is_compared_as_it_stands(manager: RunManager) -> None:
    ended = trained(manager).run_id
    session = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(session, 3)
    screen = compare(runs=f"{ended},{session.run_id}")
    assert rows(screen)[session.run_id]["State"].startswith("training")
    assert {trace["legendgroup"] for trace in curves(screen)} == {ended, session.run_id}


def test_a_run_that_another_process_ended_is_compared_as_it_is_stored(
    manager: RunManager,
) -> None:
    before = interrupted_run({"clustering.max_iterations": 60})
    assert manager.get(before.run_id).state is RunState.INTERRUPTED
    elsewhere = RunManager()
    wait_for(elsewhere.resume(before.run_id), RunState.FINISHED)
    elsewhere.close()
    screen = compare(runs=before.run_id)
    assert rows(screen)[before.run_id]["State"] == "dead embedding at iteration 60"
    shown = curves(screen)
    screen.switch_page("train.py")
    (label,) = menu(refresh(screen), "runs").options
    assert "interrupted" not in label
    forget_sessions(manager)
    assert curves(compare(runs=before.run_id)) == shown


def test_a_run_gets_a_name_and_tags(manager: RunManager) -> None:
    run_id = trained(manager).run_id
    screen = compare(runs=run_id)
    (name,) = [field for field in screen.text_input if field.label == "Name"]
    (tags,) = [field for field in screen.text_input if field.label == "Tags"]
    name.set_value("My <b>run</b>")
    tags.set_value("good, alpha")
    click(screen, "Save")
    record = manager.store.record(run_id)
    assert (record.title, record.tags) == ("My <b>run</b>", ("good", "alpha"))
    assert legend(refresh(screen))[0]["name"] == "My <b>run</b>"


def test_runs_are_deleted_after_a_question(manager: RunManager) -> None:
    first, second = two(manager)
    screen = compare(runs=first, baseline=first)
    click(screen, "Delete")
    assert manager.store.folder(first).is_dir()
    click(screen, "Delete for good")
    assert [message.value for message in screen.toast] == [f"Deleted: {first}"]
    assert [record.run_id for record in manager.store.records()] == [second]
    refresh(screen)
    assert screen.query_params["runs"] == ""
    assert "baseline" not in screen.query_params
    assert list(rows(screen)) == [second]


def test_only_runs_that_do_not_train_are_offered_for_deletion(manager: RunManager) -> None:
    ended = trained(manager).run_id
    session = manager.start(small_config(ENDLESS), "digits")
    at_work = [session.run_id, manager.start(small_config(), "digits").run_id]
    wait_for_updates(session, 1)
    assert button(compare(runs=",".join(at_work)), "Delete").disabled
    screen = click(compare(runs=",".join([at_work[0], ended, at_work[1]])), "Delete")
    assert [text.value for text in screen.text] == [ended, "\n".join(at_work)]
    click(screen, "Delete for good")
    assert {record.run_id for record in manager.store.records()} == set(at_work)
    assert screen.query_params["runs"].split(",") == at_work
    assert [message.value for message in screen.toast] == [f"Deleted: {ended}"]


def test_runs_that_cannot_be_deleted_stay_with_one_message(manager: RunManager) -> None:
    runs = two(manager)
    screen = click(compare(runs=",".join(runs)), "Delete")
    with manager.store.locked(runs[0]), manager.store.locked(runs[1]):
        click(screen, "Delete for good")
    (message,) = screen.toast
    assert message.value.startswith(f"2 of 2 runs were not deleted: {runs[0]}, {runs[1]}. ")
    assert screen.query_params["runs"].split(",") == runs


def test_a_baseline_stays_while_others_are_deleted(manager: RunManager) -> None:
    first, second = two(manager)
    screen = compare(runs=second, baseline=first)
    click(click(screen, "Delete"), "Delete for good")
    assert [record.run_id for record in manager.store.records()] == [first]
    assert screen.query_params["baseline"] == first


def test_a_run_that_cannot_be_saved_is_compared_as_well(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = trained(manager)

    def refuses(*_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(RunStore, "create", refuses)
    session = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(session, 2)
    screen = compare(runs=f"{session.run_id},{other.run_id}")
    assert rows(screen)[session.run_id]["State"].startswith("training")
    assert [said for said in sentences(screen) if "was not saved, so nothing tells" in said]
    screen = compare(runs=session.run_id)
    assert button(screen, "Delete").disabled


def test_a_run_that_was_not_saved_to_its_end_is_compared_as_it_ended(manager: RunManager) -> None:
    session = partly_saved(manager)
    screen = compare(runs=session.run_id)
    row = rows(screen)[session.run_id]
    assert row["State"].startswith("stopped by you at iteration")
    assert row["Remark"].startswith("Not saved to its end")
    assert row["Iterations"] == session.view.iteration
    # What it has cost of the disk can be given back.
    assert not button(screen, "Delete").disabled


def test_settings_that_were_changed_by_hand_are_differences(manager: RunManager) -> None:
    untouched = trained(manager)
    changed = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(changed, 2)
    pause(manager, changed)
    manager.send(changed, Change("clustering.learning_rate", 0.01))
    manager.send(changed, Change("clustering.tol", 0.5))
    manager.send(changed, Resume())
    wait_for(changed, RunState.FINISHED)
    screen = compare(runs=f"{untouched.run_id},{changed.run_id}")
    assert "0.001, 0.01" in settings(screen)


def test_a_run_that_was_withdrawn_is_not_listed(manager: RunManager) -> None:
    shown = trained(manager)
    endless = manager.start(small_config(ENDLESS), "digits")
    withdrawn = manager.start(small_config(), "digits")
    manager.send(withdrawn, Stop())
    assert rows(compare()).keys() == {shown.run_id, endless.run_id}
