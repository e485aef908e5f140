"""Which runs are compared, and with which baseline, as the address says it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from dec_core.errors import RunError
from dec_core.store.names import check_run_id
from pages.ui.parts.verbatim import verbatim

_RUNS, _BASELINE = "runs", "baseline"


def chosen_runs(known: Sequence[str]) -> tuple[str, ...]:
    """The runs of the address that exist; without any word of them the newest three of ``known``.

    An unknown or malformed one becomes a sentence and leaves the address.
    """
    text = st.query_params.get(_RUNS)
    if text is None:
        choose_runs(known[:3])
        return tuple(known[:3])
    wanted = list(dict.fromkeys(part for part in text.split(",") if part))
    chosen = [run_id for run_id in wanted if _is_known(run_id, known)]
    if chosen != wanted:
        choose_runs(chosen)
    return tuple(chosen)


def chosen_baseline(known: Collection[str]) -> str | None:
    """The run that the others are compared with."""
    run_id = st.query_params.get(_BASELINE)
    if run_id is None or _is_known(run_id, known):
        return run_id
    choose_baseline(None)
    return None


def choose_runs(run_ids: Sequence[str]) -> None:
    """Make the address name these runs; none at all is a choice too."""
    text = ",".join(run_ids)
    if st.query_params.get(_RUNS) != text:
        st.query_params[_RUNS] = text


def choose_baseline(run_id: str | None) -> None:
    """Pin a baseline, or none."""
    if run_id is None:
        st.query_params.pop(_BASELINE, None)
    else:
        st.query_params[_BASELINE] = run_id


def _is_known(run_id: str, known: Collection[str]) -> bool:
    try:
        check_run_id(run_id)
    except RunError as error:
        _explain(str(error))
        return False
    if run_id not in known:
        _explain(f"There is no run {run_id} (any more), so it was left out of the comparison.")
        return False
    return True


def _explain(sentence: str) -> None:
    st.warning(verbatim(sentence), icon=":material/link_off:")
