"""Runs that outlast their server: found again, resumed, branched."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from dec_core.errors import RunError
from dec_core.runs.commands import Change, Resume, StepSize, Stop
from dec_core.runs.handle import RunHandle
from dec_core.runs.manager import RunManager
from dec_core.store.record import RunState
from dec_core.store.store import RunStore
from tests.runs.short_runs import (
    ENDLESS,
    pause,
    small_config,
    step,
    wait_for,
    wait_for_updates,
)
from tests.store.former_files import write_z
from tests.store.test_golden import GOLDEN
from tests.store.update_numbers import numbers
from tests.ui.screens import (
    button,
    click,
    enabled,
    menu,
    new_screen,
    plots,
    refresh,
    rows,
    sentences,
    setting,
    where,
)


def interrupted_run(values: dict[str, object] | None = None) -> RunHandle:
    """A run of an earlier server that was closed while it trained."""
    earlier = RunManager()
    session = earlier.start(small_config({**ENDLESS, **(values or {})}), "digits")
    # By steps, or a short run might come to its end before it is closed.
    pause(earlier, session)
    while len(session.view.updates) < 3:
        step(earlier, session, StepSize.UPDATE)
    earlier.close()
    wait_for(session, RunState.INTERRUPTED)
    return session


def test_an_interrupted_run_is_shown_and_resumed(manager: RunManager) -> None:
    before = interrupted_run()
    screen = new_screen(run=before.run_id)
    (sentence,) = sentences(screen)
    assert sentence.startswith("Interrupted at iteration")
    assert "interrupted" in where(screen)
    assert "sizes" in plots(screen)
    click(screen, "Resume")
    session = manager.get(before.run_id)
    wait_for_updates(session, len(before.view.updates) + 2)
    pause(manager, session)
    known = [numbers(update) for update in before.view.updates]
    assert [numbers(update) for update in session.view.updates[: len(known)]] == known


def test_two_tabs_that_resume_make_one_run(manager: RunManager) -> None:
    before = interrupted_run()
    first, second = new_screen(run=before.run_id), new_screen(run=before.run_id)
    click(first, "Resume")
    click(second, "Resume")
    (session,) = manager.handles()
    assert session.run_id == before.run_id
    # The second click meant what its tab showed, not the pause that the button is by now.
    wait_for_updates(session, len(before.view.updates) + 2)
    assert session.state is RunState.RUNNING


def test_withdrawing_a_run_that_waits_to_go_on_keeps_it(manager: RunManager) -> None:
    before = interrupted_run()
    manager.start(small_config(ENDLESS), "digits")
    screen = click(new_screen(run=before.run_id), "Resume")
    (sentence,) = sentences(screen)
    assert sentence.startswith("Queued: 1 ahead of this one, ")
    click(screen, "Stop")
    (sentence,) = sentences(screen)
    assert sentence.startswith("Interrupted at iteration")
    assert not button(screen, "Resume").disabled
    assert len(RunStore().view(before.run_id).updates) >= 3


def test_a_run_that_another_process_went_on_with_is_shown_as_it_is() -> None:
    before = interrupted_run({"clustering.max_iterations": 400})
    screen = new_screen(run=before.run_id)
    assert not button(screen, "Resume").disabled
    elsewhere = RunManager()
    wait_for(elsewhere.resume(before.run_id), RunState.FINISHED)
    elsewhere.close()
    refresh(screen)
    assert button(screen, "Pause").disabled
    assert not [sentence for sentence in sentences(screen) if "Interrupted" in sentence]


def test_a_lock_that_cannot_be_opened_is_a_sentence() -> None:
    before = interrupted_run()
    screen = new_screen(run=before.run_id)
    lock = RunStore().folder(before.run_id) / "lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    click(screen, "Resume")
    assert [
        toast.value for toast in screen.toast if "cannot be written: Is a directory" in toast.value
    ]


def test_a_branch_is_compared_with_its_checkpoint(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(session, 2)
    pause(manager, session)
    manager.send(session, Change("clustering.learning_rate", 0.01))
    manager.send(session, Resume())
    wait_for_updates(session, len(session.view.updates) + 2)
    manager.send(session, Stop())
    wait_for(session, RunState.FINISHED)
    # AppTest cannot move a component's slider.
    monkeypatch.setattr("pages.ui.train.branching.chosen_update", lambda *_, **__: 0)
    screen = new_screen(run=session.run_id)
    said = [text.value for text in screen.markdown]
    assert "From iteration **0**" in said
    assert [text for text in said if text.startswith("Learning rate: 0.001")]
    # The slider moves on, and the button still means what stands above it.
    monkeypatch.setattr("pages.ui.train.branching.chosen_update", lambda *_, **__: None)
    click(screen, "Start the branch")
    lineage = manager.handles()[-1].lineage
    assert lineage is not None
    assert lineage.iteration == 0


def test_a_branch_of_a_paused_run_begins_where_it_stands(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(session, 2)
    pause(manager, session)
    step(manager, session, StepSize.UPDATE)
    step(manager, session, StepSize.ITERATION)
    at = session.view.iteration
    assert at == session.view.updates[-1].iteration + 1
    screen = new_screen(run=session.run_id)
    assert f"From iteration **{at:,}**" in [text.value for text in screen.markdown]
    step(manager, session, StepSize.UPDATE)
    manager.send(session, Stop())
    wait_for(session, RunState.FINISHED)
    update = [update.iteration for update in session.view.updates].index(at - 1)
    monkeypatch.setattr("pages.ui.train.branching.chosen_update", lambda *_, **__: update)
    screen = new_screen(run=session.run_id)
    assert f"From iteration **{at:,}**" in [text.value for text in screen.markdown]


def test_branch_is_possible_as_soon_as_there_is_a_checkpoint(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = manager.start(small_config(ENDLESS), "digits")
    wait_for_updates(session, 2)
    calls: list[None] = []

    def none_at_first(known: RunHandle) -> tuple[int, ...]:
        calls.append(None)
        return manager.store.checkpoints(known.run_id) if len(calls) > 2 else ()

    monkeypatch.setattr("pages.ui.train.branching.checkpoints", none_at_first)
    monkeypatch.setattr("pages.ui.train.controls.checkpoints", none_at_first)
    screen = new_screen(run=session.run_id)
    assert "Start the branch" in enabled(screen)


def test_a_finished_run_of_an_earlier_server() -> None:
    earlier = RunManager()
    session = earlier.start(small_config(), "digits")
    wait_for(session, RunState.FINISHED)
    earlier.close()
    screen = new_screen(run=session.run_id)
    finished = session.view.finished
    assert finished is not None
    assert sentences(screen) == [finished.judgement.sentence]
    assert button(screen, "Stop").disabled
    assert screen.text[-1].value.splitlines()[-1] == finished.judgement.sentence


def test_branch_takes_the_settings_of_the_form(manager: RunManager) -> None:
    parent = interrupted_run()
    screen = new_screen(run=parent.run_id, clustering__learning_rate="0.5", seed="9")
    assert enabled(screen)["Start the branch"]
    said = [caption.value for caption in screen.caption]
    assert [line for line in said if "Fixed by the checkpoint" in line and "Seed" in line]
    click(screen, "Start the branch")
    branched = manager.handles()[-1]
    assert branched.run_id != parent.run_id
    assert branched.lineage is not None
    assert branched.lineage.parent == parent.run_id
    assert branched.lineage.changes["clustering.learning_rate"] == [0.001, 0.5]
    assert branched.config.seed == 0
    assert f"branch of {parent.run_id}" in where(screen)


def test_a_damaged_run_is_a_sentence() -> None:
    run_id = RunStore().create(small_config(), "digits")
    (RunStore().folder(run_id) / "run.json").write_text("{}")
    screen = new_screen(run=run_id)
    assert [s for s in sentences(screen) if "run.json is damaged" in s]


@pytest.mark.parametrize("name", ["embedding_sample-kmeans.z", "embedding_sample-000003.z"])
def test_an_embedding_without_a_map_is_a_sentence(manager: RunManager, name: str) -> None:
    folder = manager.store.root / GOLDEN.name
    shutil.copytree(GOLDEN, folder)
    # Each number is finite, but its square is not.
    write_z(folder / "arrays" / name, np.eye(120, 3, dtype=np.float32) * np.float32(1e30))
    shown = plots(new_screen(run=GOLDEN.name))["embedding"]["alternative"]
    assert shown == "PCA map: The embedding is not finite"


@pytest.mark.parametrize(
    ("name", "plot", "other"),
    [
        ("embedding_sample-000003.z", "embedding", "labels"),
        ("labels-000003.z", "labels", "sizes"),
        ("labels-kmeans.z", "labels", "embedding"),
        ("start.npz", "embedding", "labels"),
    ],
)
def test_a_damaged_array_is_a_sentence_in_the_place_of_its_plot(
    manager: RunManager, name: str, plot: str, other: str
) -> None:
    folder = manager.store.root / GOLDEN.name
    shutil.copytree(GOLDEN, folder)
    log = folder / "events.jsonl"
    # As logs are written by now; of older ones the start is read with the numbers.
    counted = '{"event":"RunStarted","n_sampled":120,"has_true_labels":true,'
    log.write_text(log.read_text().replace('{"event":"RunStarted",', counted, 1))
    assert counted in log.read_text()
    path = folder / "arrays" / name
    content = bytearray(path.read_bytes())
    content[-1 if name.endswith(".z") else len(content) // 2] ^= 1
    path.write_bytes(content)
    screen = new_screen(run=GOLDEN.name)
    shown = plots(screen)
    assert f"{name} is damaged" in shown[plot]["alternative"]
    assert "Copy the run again" in shown[plot]["alternative"]
    assert "damaged" not in shown[other]["alternative"]
    finished = manager.store.view(GOLDEN.name).finished
    assert finished is not None
    assert sentences(screen) == [finished.judgement.sentence]


def test_other_updates_than_the_damaged_one_are_shown(
    manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = manager.store.root / GOLDEN.name
    shutil.copytree(GOLDEN, folder)
    for name in ("labels-000001.z", "embedding_sample-000001.z"):
        path = folder / "arrays" / name
        path.write_bytes(path.read_bytes()[:-1])
    for update, is_damaged in ((0, False), (1, True), (2, False), (3, False)):
        monkeypatch.setattr("pages.ui.train.panels.chosen_update", lambda *_, n=update, **__: n)
        shown = plots(new_screen(run=GOLDEN.name))
        for plot in ("labels", "embedding"):
            assert ("is damaged" in shown[plot]["alternative"]) is is_damaged


def test_queued_runs_can_be_moved_up(manager: RunManager) -> None:
    manager.start(small_config(ENDLESS), "digits")
    waiting = [manager.start(small_config(ENDLESS), "digits") for _ in range(2)]
    screen = new_screen(run=waiting[1].run_id)
    (sentence,) = sentences(screen)
    assert sentence.startswith("Queued: 2 ahead of this one, ")
    click(screen, "Move up")
    assert len(manager.runs_ahead(waiting[1])) == 1
    assert len(manager.runs_ahead(waiting[0])) == 2
    assert "Move up" not in enabled(screen)


def test_the_first_that_waits_for_two_cannot_be_moved_up(
    monkeypatch: pytest.MonkeyPatch, manager: RunManager
) -> None:
    monkeypatch.setattr(manager, "_max_active", 2)
    for _ in range(2):
        manager.start(small_config(ENDLESS), "digits")
    screen = new_screen(run=manager.start(small_config(ENDLESS), "digits").run_id)
    (sentence,) = sentences(screen)
    assert sentence.startswith("Queued: 2 ahead of this one, ")
    assert "Move up" not in enabled(screen)


def test_a_link_to_a_run_brings_its_settings(manager: RunManager) -> None:
    before = interrupted_run({"clustering.alpha": 2.0})
    screen = new_screen(run=before.run_id)
    assert setting(screen, "clustering.alpha").value == "2"
    assert setting(screen, "data.n_samples").value == "300"
    other = new_screen(run=before.run_id, preset="digits")
    assert setting(other, "clustering.alpha").value == "1"
    click(other, "Show this run's settings on the left")
    assert setting(other, "clustering.alpha").value == "2"
    assert manager.handles()


def test_a_store_that_cannot_be_listed_costs_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: RunStore) -> None:
        raise RunError("The folder of runs must be readable.")

    monkeypatch.setattr(RunStore, "records", refuse)
    screen = new_screen()
    assert button(screen, "Runs").disabled
    assert button(screen, "Runs").help == "The folder of runs must be readable."
    screen.switch_page("compare.py")
    assert sentences(refresh(screen)) == ["The folder of runs must be readable."]


def test_runs_that_waited_when_their_server_ended_are_offered(manager: RunManager) -> None:
    earlier = RunManager()
    earlier.start(small_config(ENDLESS), "digits")
    waiting = [earlier.start(small_config(ENDLESS), "digits") for _ in range(2)]
    earlier.close()
    screen = new_screen(run=waiting[1].run_id)
    (sentence,) = sentences(screen)
    assert sentence.startswith("Not begun: the run stood in the queue")
    assert where(screen).endswith("waiting")
    assert not button(screen, "Begin").disabled
    (said,) = [option for option in menu(screen, "runs").options if waiting[1].run_id in option]
    assert " \N{MIDDLE DOT} not begun \N{MIDDLE DOT} " in said
    compare = new_screen()
    shown = rows(compare.switch_page("compare.py").run())
    assert {row["State"].split(" at ")[0] for row in shown.values()} == {"interrupted", "not begun"}
    click(screen, "Start the 2 that waited")
    assert len(manager.runs_ahead(manager.get(waiting[1].run_id))) == 1
    (sentence,) = sentences(screen)
    assert sentence.startswith("Queued: 1 ahead of this one, ")
    assert "Start the 2 that waited" not in enabled(screen)


def test_the_branch_popover_closes_behind_the_branch(manager: RunManager) -> None:
    parent = interrupted_run()
    screen = new_screen(run=parent.run_id)
    screen.session_state["branch:0"] = True
    click(refresh(screen), "Start the branch")
    assert screen.session_state["branch:1"] is False
    assert [session for session in manager.handles() if session.lineage is not None]
