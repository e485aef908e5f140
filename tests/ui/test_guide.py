"""The Guide page: every lesson opens, and its buttons start the runs that it tells of."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dec_core.runs.manager import RunManager
from pages.ui.guide.lessons import LESSONS, Lesson, lesson_named
from tests.runs.short_runs import ENDLESS, small_config
from tests.ui.screens import (
    button,
    captions,
    click,
    intact,
    new_screen,
    opened,
    plots,
    preset_choice,
    refresh,
    sentences,
)


def guide(**query: str) -> AppTest:
    """A tab that opens the Guide with this address."""
    return refresh(opened("guide.py", **query))


def heading(screen: AppTest) -> str:
    (found,) = [one.value for one in screen.subheader]
    return str(found)


@pytest.mark.parametrize("number", range(len(LESSONS)), ids=lambda n: LESSONS[n].name)
def test_a_lesson_opens_by_its_address(number: int) -> None:
    lesson = LESSONS[number]
    screen = guide(lesson=lesson.name)
    assert heading(screen) == f"{number + 1}. {lesson.question}"
    drawn = plots(screen)
    assert drawn.keys() >= {"guide-0"}
    assert all(one["alternative"].endswith(".") for one in drawn.values())
    assert not sentences(screen)


def test_lessons_are_chosen_from_the_list_and_one_after_another() -> None:
    screen = guide()
    assert heading(screen).endswith(LESSONS[0].question)
    assert heading(click(screen, "Next lesson")).endswith(LESSONS[1].question)
    assert screen.query_params["lesson"] == LESSONS[1].name
    screen.radio[0].set_value(LESSONS[-1].name).run()
    assert heading(intact(screen)).endswith(LESSONS[-1].question)
    assert "Next lesson" not in [one.label for one in screen.button]
    assert "no lesson nonsense" in sentences(guide(lesson="nonsense"))[0]


def test_a_button_starts_its_run_on_the_train_page(manager: RunManager) -> None:
    """They wait behind a run that never ends."""
    manager.start(small_config(ENDLESS), "digits")
    expected = []
    for name in ("what", "r-port", "stop-rule"):
        lesson = lesson_named(name)
        assert lesson is not None
        for trial in lesson.trials:
            screen = guide(lesson=name)
            if trial.on_own_data:
                assert trial.label not in [one.label for one in screen.button]
                assert any("Fashion-MNIST is not at hand" in said for said in captions(screen))
                continue
            click(screen, trial.label)
            expected.append((trial.preset, trial.config_here()))
            newest = manager.handles()[-1]
            assert (newest.preset, newest.config) == expected[-1]
            assert screen.query_params["run"] == newest.run_id
            assert preset_choice(screen).value == trial.preset
    assert [(one.preset, one.config) for one in manager.handles()[1:]] == expected
    # The way back leads to the lesson.
    screen.switch_page("guide.py").run()
    assert heading(intact(screen)).endswith(LESSONS[6].question)


def test_the_first_screen_leads_to_the_guide() -> None:
    (link,) = [one for one in new_screen().get("page_link") if "Guide" in one.proto.label]
    assert link.proto.page == "guide"


def test_a_lesson_that_was_open_comes_back() -> None:
    lesson: Lesson = LESSONS[3]
    screen = guide(lesson=lesson.name)
    screen.switch_page("train.py").run()
    assert button(intact(screen), "Start")
    assert "lesson" not in screen.query_params
    screen.switch_page("guide.py").run()
    assert heading(intact(screen)).endswith(lesson.question)
