"""The Guide page: one lesson at a time, with buttons that run what it says."""

from __future__ import annotations

import streamlit as st

from pages.ui.guide.lessons import LESSONS, Lesson, Trial, lesson_after, lesson_named
from pages.ui.guide.outcomes import text_of
from pages.ui.guide.pictures import show_picture
from pages.ui.guide.port import port_details
from pages.ui.parts.address import keep
from pages.ui.parts.following import following
from pages.ui.parts.lasting_button import lasting_button
from pages.ui.parts.page_address import open_page
from pages.ui.parts.parameters import parameters
from pages.ui.parts.state import run_manager
from pages.ui.parts.verbatim import verbatim
from pages.ui.train.settings_form import fill_form

_LESSON = "lesson"


def guide() -> None:
    """The list of lessons and the one that the address names."""
    lesson = _chosen()
    _list(lesson)
    number = LESSONS.index(lesson) + 1
    st.subheader(f"{number}. {lesson.question}", anchor=False)
    halves = st.grid(2, min_column_width=420, gap="medium")
    with halves.container(key="guide_text"):
        st.markdown(text_of(lesson))
        for formula in lesson.formulas:
            st.latex(formula)
        st.markdown(f"**Look for:** {lesson.look_for}")
        _buttons(lesson)
    with halves.container(key="guide_picture"):
        show_picture(lesson)
    if lesson.name == "r-port":
        port_details()


def _chosen() -> Lesson:
    """The lesson of the address; the first one, with a sentence, where it is unknown."""
    name = parameters.get(_LESSON)
    lesson = lesson_named(name)
    if lesson is not None:
        return lesson
    if name is not None:
        st.warning(
            verbatim(f"There is no lesson {name[:40]}. Choose one on the left."),
            icon=":material/link_off:",
        )
        keep(_LESSON, "")
    return LESSONS[0]


def _list(lesson: Lesson) -> None:
    """All lessons in the sidebar; the list follows the address."""
    questions = {one.name: f"{n}. {one.question}" for n, one in enumerate(LESSONS, start=1)}
    st.sidebar.radio(
        "Lessons",
        list(questions),
        index=list(questions).index(lesson.name),
        format_func=questions.__getitem__,
        **following("guide_lesson", lesson.name, _choose),
    )


def _choose(name: str) -> None:
    keep(_LESSON, name)


def _buttons(lesson: Lesson) -> None:
    """A button for each run, and one for the next lesson."""
    chosen = None
    with st.container(horizontal=True, gap="small"):
        for trial in lesson.trials:
            if trial.on_own_data and not trial.is_at_hand:
                continue
            is_first = trial is lesson.trials[0]
            if lasting_button(
                trial.label,
                type="primary" if is_first else "secondary",
                icon=":material/play_arrow:",
                key=f"try_{trial.name}",
                help=_settings(trial),
            ):
                chosen = trial
        next_lesson = lesson_after(lesson)
        if next_lesson is not None:
            st.button(
                "Next lesson",
                icon=":material/arrow_forward:",
                key="next_lesson",
                help=next_lesson.question,
                on_click=_choose,
                args=(next_lesson.name,),
            )
    if any(not trial.is_at_hand for trial in lesson.trials):
        st.caption(
            "Fashion-MNIST is not at hand, so these runs use digits, where a pretraining as short "
            "as the port's leaves too little for the third run of this lesson."
        )
    if chosen is not None:
        _start(chosen)


def _settings(trial: Trial) -> str:
    """What its run has otherwise than the preset."""
    values = ", ".join(f"{path.rpartition('.')[2]} {value}" for path, value in trial.values.items())
    return verbatim(f"Preset {trial.preset}{': ' * bool(values)}{values}")


def _start(trial: Trial) -> None:
    """Start its run, show its settings in the form, and lead to the run."""
    config = trial.config_here()
    run = run_manager().start(config, trial.preset)
    fill_form(trial.preset, config)
    open_page("train.py", "Train", {"run": run.run_id})
