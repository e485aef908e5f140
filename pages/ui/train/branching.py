"""Branch: a new run from a checkpoint of the one that is shown, with the form's settings."""

from __future__ import annotations

import streamlit as st

from dec_core.analysis.verdict import is_collapsed
from dec_core.config import SETTINGS, Config
from dec_core.errors import DECLabError
from dec_core.events.view import View
from dec_core.runs.handle import RunHandle
from dec_core.training.checkpoint import is_branch_setting
from pages.ui.parts.frame_slider import chosen_update
from pages.ui.parts.state import run_manager, show_run, tell
from pages.ui.train.settings_form import take_run

_STARTED = "branches_started"


def branch_control(session: RunHandle, preset: str, config: Config | None) -> None:
    """A popover: from where the branch would begin, what it would change, what stays fixed."""
    kept = checkpoints(session)
    with st.popover(
        "Branch",
        icon=":material/fork_right:",
        disabled=not kept or config is None,
        help="A new run from a checkpoint of this one, with the settings on the left",
        # Behind a branch stands another popover, which is closed: a second click that was on its
        # way says that the first one is still open.
        key=f"branch:{_started()}",
        # The frame slider moves without a word to this part of the page.
        on_change="rerun",
    ):
        if not kept or config is None:
            return
        iteration = _nearest(session, kept)
        parent = session.view.config_at(iteration)
        changes = {p: config.get(p) for p in SETTINGS if is_branch_setting(p) and config.has(p)}
        _describe(session, iteration, len(kept), parent, config)
        has_room = config.clustering.max_iterations > iteration
        if not has_room:
            st.markdown(
                f"This is at or beyond the maximum of {config.clustering.max_iterations:,} "
                "iterations. Raise it on the left, or move the frame slider back."
            )
        elif not _changes(parent, config):
            way = "go on beyond its end" if iteration >= session.view.iteration else "repeat it"
            st.markdown(f"The same settings as this run's: it will {way}.")
        st.button(
            "Show this run's settings on the left",
            icon=":material/undo:",
            type="tertiary",
            disabled=not config.differences(parent),
            on_click=take_run,
            args=(session, parent),
            help="To change from there",
        )
        st.button(
            "Start the branch",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not has_room,
            on_click=_start,
            args=(session, parent.with_values(changes), preset, iteration, _started()),
            # A second click that is on its way meets another button than the next opening shows.
            key=f"start_branch:{_started()}",
        )


def lineage_sentence(session: RunHandle) -> str:
    """Where a branch comes from; empty for other runs."""
    if session.lineage is None:
        return ""
    changes = ", ".join(
        f"{SETTINGS[path].label.lower()} {before} to {after}"
        for path, (before, after) in session.lineage.changes.items()
        if path in SETTINGS
    )
    origin = f"Branch of {session.lineage.parent} at iteration {session.lineage.iteration:,}"
    return f"{origin}: {changes}" if changes else origin


def checkpoints(session: RunHandle) -> tuple[int, ...]:
    """The iterations from which a branch can begin."""
    try:
        return run_manager().store.checkpoints(session.run_id)
    except DECLabError:
        return ()


def _nearest(session: RunHandle, kept: tuple[int, ...]) -> int:
    """The last checkpoint before the update that follows the one at which the slider stands."""
    updates = session.view.updates
    update = chosen_update(len(updates), key=f"frame:{session.run_id}")
    if update is None or update == len(updates) - 1:
        healthy = _last_healthy(session.view)
        return max((i for i in kept if i <= healthy), default=kept[0])
    next_one = updates[update + 1].iteration
    return max((i for i in kept if i < next_one), default=kept[0])


def _last_healthy(view: View) -> int:
    """The iteration up to which the run can be gone on with: its newest unless it collapsed."""
    start, updates = view.start, view.updates
    if start is None or not updates:
        return view.iteration
    if updates[-1].is_finite and not is_collapsed(start, updates[-1]):
        return view.iteration
    sound = (u.iteration for u in updates if u.is_finite and not is_collapsed(start, u))
    return max(sound, default=0)


def _describe(
    session: RunHandle, iteration: int, count: int, parent: Config, config: Config
) -> None:
    st.markdown(f"From iteration **{iteration:,}**")
    is_collapsed_since = iteration <= _last_healthy(session.view) < session.view.iteration
    place = "before the collapse" if is_collapsed_since else "nearest to the slider's update"
    st.caption(f"The checkpoint {place}, one of {count} that are kept.")
    for path in _changes(parent, config):
        setting = SETTINGS[path]
        before, after = parent.text_of(path), config.text_of(path)
        st.markdown(f"{setting.label}: {before} \N{RIGHTWARDS ARROW} **{after}**")
    differing = config.differences(parent)
    locked = [SETTINGS[path].label for path in differing if not is_branch_setting(path)]
    if locked:
        st.caption(
            f":material/lock: Fixed by the checkpoint, so not taken over: {', '.join(locked)}."
        )


def _changes(parent: Config, config: Config) -> list[str]:
    """What the branch would change."""
    return [path for path in config.differences(parent) if is_branch_setting(path)]


def _started() -> int:
    """How many branches this browser tab has started."""
    count: int = st.session_state.get(_STARTED, 0)
    return count


def _start(session: RunHandle, config: Config, preset: str, iteration: int, started: int) -> None:
    """From the checkpoint that the person saw, wherever the slider is by now; once."""
    if started != _started():
        return
    st.session_state[_STARTED] = started + 1
    tell(lambda: show_run(run_manager().branch(session.run_id, config, preset, iteration).run_id))
