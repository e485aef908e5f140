"""How far the labels of two runs agree."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dec_core.analysis.agreement import compare_labels
from dec_core.errors import RunError
from dec_core.plots.agreement import agreement_sentence, draw_agreement
from dec_core.store.record import RunRecord, RunState
from pages.ui.compare.address import choose_of_pair, chosen_pair
from pages.ui.compare.runs import is_saved, labels_of
from pages.ui.parts.following import following
from pages.ui.parts.live_plot import forget_plot, show_plot
from pages.ui.parts.verbatim import verbatim

_PLOT, _HEIGHT = "agreement", 430


def labels_agreement(records: Sequence[RunRecord], baseline: str | None) -> None:
    """Two of the chosen runs, the baseline first, and their clusters side by side."""
    readable = [record for record in records if record.state is not RunState.DAMAGED]
    grid = st.grid(2, min_column_width=390)
    words, picture = grid.container(), grid.container()
    with words:
        st.markdown("**How far do their labels agree?**")
        if len(readable) < 2:
            forget_plot(_PLOT)
            st.caption("Choose at least two runs.")
            return
        pair = _pair(sorted(readable, key=lambda record: record.run_id != baseline))
        try:
            _show(*pair, picture)
        except RunError as error:
            forget_plot(_PLOT)
            st.info(verbatim(str(error)), icon=":material/info:")


def _pair(records: Sequence[RunRecord]) -> tuple[RunRecord, RunRecord]:
    """As the address says."""
    by_id = {record.run_id: record for record in records}
    run_ids = list(by_id)
    pair = chosen_pair(run_ids)
    for number, label in enumerate(("First run", "Second run")):
        st.selectbox(
            label,
            run_ids,
            index=run_ids.index(pair[number]),
            format_func=lambda one: by_id[one].name,
            **following(
                f"agreement_{number}",
                pair[number],
                partial(choose_of_pair, number, known=run_ids),
            ),
        )
    return by_id[pair[0]], by_id[pair[1]]


def _show(first: RunRecord, second: RunRecord, picture: DeltaGenerator) -> None:
    _check_same_data(first, second)
    (labels, iteration), (other, other_iteration) = labels_of(first), labels_of(second)
    if len(labels) != len(other):
        raise RunError(
            f"{first.name} and {second.name} have labels of {len(labels):,} and "
            f"{len(other):,} samples, though their data are the same. Copy the runs again."
        )
    agreement = compare_labels(labels, other)
    st.markdown(agreement_sentence(agreement))
    st.caption(
        f"Labels at iteration {iteration:,} of the first and {other_iteration:,} of the second"
    )
    with picture.container(border=True):
        show_plot(
            _PLOT,
            partial(draw_agreement, agreement, first.name, second.name),
            subject=f"{first.run_id},{second.run_id}",
            filename=f"dec-lab_{{}}_{first.run_id}_{second.run_id}",
            news=(iteration, other_iteration),
            options=(first.title, second.title),
            may_wait=False,
            height=_HEIGHT,
        )


def _check_same_data(first: RunRecord, second: RunRecord) -> None:
    """Raises RunError with the reason where labels cannot be compared."""
    for record in (first, second):
        if not is_saved(record):
            raise RunError(
                f"{record.name} was not saved, so nothing tells whether it has seen the same "
                "samples. Choose two stored runs."
            )
        if not record.fingerprint:
            raise RunError(f"{record.name} has not loaded its data yet.")
    if first.fingerprint != second.fingerprint:
        raise RunError(
            f"{first.name} and {second.name} were trained on different samples "
            f"({_samples(first)} and {_samples(second)}), so their labels cannot be compared "
            "sample by sample. Choose two runs on the same data."
        )


def _samples(record: RunRecord) -> str:
    """How many of which data, and by which seed they were drawn where they are not all."""
    config = record.config
    is_part = config is not None and config.data.n_samples is not None
    drawn = f" drawn by seed {config.seed}" if config is not None and is_part else ""
    return f"{record.n_samples:,} of {record.dataset}{drawn}"
