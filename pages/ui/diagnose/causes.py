"""Why a run was spoilt: the answer, the runs that prove it, the evidence, and the repair."""

from __future__ import annotations

import streamlit as st

from dec_core.analysis.answer import cause_sentence, harmless_words, headline, proofs
from dec_core.analysis.diagnosis import Cause, Diagnosis, Status
from dec_core.analysis.evidence import evidence_of
from dec_core.analysis.trials import Rank
from dec_core.experiments.investigations import Investigation, Investigations, Progress
from dec_core.runs.handle import RunHandle
from pages.ui.diagnose.remedy import apply_remedy
from pages.ui.diagnose.trial_figure import open_runs, trial_figure
from pages.ui.parts.state import run_manager, show_run
from pages.ui.parts.verbatim import verbatim

# Between two looks at a diagnosis that is made.
TICK_SECONDS = 1.0


@st.cache_resource(show_spinner=False)
def investigations() -> Investigations:
    """The diagnoses of this server process."""
    return Investigations(run_manager())


def causes(run: RunHandle, *, is_hidden: bool) -> None:
    """The answer first; while runs are made for it, it grows in place."""
    if run.view.start is None and not run.state.is_over:
        st.info(
            "Why a run is spoilt can be asked once it clusters.", icon=":material/hourglass_empty:"
        )
        return
    investigation = investigations().looked_at(run.run_id)
    drawn = investigation.progress
    _commands(run, investigation, drawn)
    run_every = None if drawn.is_over or is_hidden else TICK_SECONDS

    @st.fragment(run_every=run_every)
    def tick() -> None:
        now = investigation.progress
        _answer(run, investigation, now)
        trial_figure(run, now.attempts)
        if now.is_over is not drawn.is_over:
            show_run(run.run_id)
            st.rerun()

    tick()
    if drawn.diagnosis is not None:
        _evidence(drawn.diagnosis)
    open_runs(run, drawn.attempts)


def _commands(run: RunHandle, investigation: Investigation, progress: Progress) -> None:
    """What can be done now; one of them at a time."""
    found = progress.diagnosis
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not progress.is_over:
            st.button(
                "Stop",
                icon=":material/stop:",
                disabled=not investigation.trains or investigation.is_unwanted,
                on_click=investigation.stop,
                key="stop_diagnosis",
                help="The runs that are done stay; another click on Find out why goes on",
            )
        elif found is not None and found.is_complete:
            if found.repairs:
                apply_remedy(run, found)
        else:
            _start(run, progress)


def _start(run: RunHandle, progress: Progress) -> None:
    found = progress.diagnosis
    is_sound = found is not None and found.case.trial.rank is Rank.SOUND
    st.button(
        "Check it against the reference" if is_sound else "Find out why",
        type="secondary" if is_sound else "primary",
        icon=":material/troubleshoot:",
        on_click=_begin,
        args=(run.run_id,),
        key="start_diagnosis",
        help="Trains the run again from the same start, each time with something changed to the "
        "reference settings",
    )
    st.caption(
        "Runs from the same k-means start, one after another; each is stopped as soon as it is "
        "clear. They are kept with your runs."
    )


def _begin(run_id: str) -> None:
    investigations().start(run_id)


def _answer(run: RunHandle, investigation: Investigation, progress: Progress) -> None:
    judgement = run.view.judgement
    if judgement is not None:
        st.markdown(f"**{verbatim(judgement.sentence)}**")
    if progress.problem:
        st.error(verbatim(progress.problem), icon=":material/error:")
    elif progress.diagnosis is not None:
        _verdict(progress.diagnosis)
    elif investigation.trains:
        count = len(progress.attempts)
        st.info(f"Run {max(count, 1)} of this diagnosis trains.", icon=":material/hourglass_top:")
    else:
        st.caption("Looking at what is known of this run ...")


def _verdict(found: Diagnosis) -> None:
    proved = any(cause.status is Status.PROVED for cause in found.causes)
    show, icon = st.warning, "help"
    if proved:
        show, icon = st.error, "gavel"
    elif not found.causes and found.case.trial.rank is Rank.SOUND:
        show, icon = st.success, "check_circle"
    said = [f"**{verbatim(headline(found))}**", *(f"- {verbatim(one)}" for one in proofs(found))]
    show("\n\n".join(said[:1]) + "\n\n" + "\n".join(said[1:]), icon=f":material/{icon}:")


def _evidence(found: Diagnosis) -> None:
    """Cause by cause, to unfold."""
    for cause in found.causes:
        label = cause.factor.words[0].upper() + cause.factor.words[1:]
        with st.expander(f"{verbatim(label)} ({cause.status})", icon=_icon(cause)):
            st.markdown(verbatim(cause_sentence(cause, found.case.trial.config)))
            for item in evidence_of(cause.factor, found.case):
                speaks = "add" if item["speaks"] == "for" else "remove"
                st.markdown(f":material/{speaks}: {verbatim(item['sentence'])}")
            st.caption(f"Cause id: {cause.factor.cause}. + speaks for it, - against it.")
    words = harmless_words(found)
    if found.causes and words:
        st.caption(verbatim(words))


def _icon(cause: Cause) -> str:
    return ":material/gavel:" if cause.status is Status.PROVED else ":material/help:"
