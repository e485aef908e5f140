"""What gave warning in a run is stored, and told once however often the run goes on."""

from __future__ import annotations

import pytest

from dec_core.store.store import RunStore
from tests.store.test_store import new_run, same, stored, train


@pytest.fixture
def store() -> RunStore:
    return RunStore()


def test_a_run_that_collapses_resumes_with_each_warning_once(store: RunStore) -> None:
    values = {"clustering__learning_rate": 5.0, "clustering__update_interval": 2}
    whole = train(store, new_run(store, **values))
    assert len(whole.view.signs) >= 2
    for moments in range(8, 30, 3):
        run_id = new_run(store, **values)
        train(store, run_id, moments=moments)
        same(whole, train(store, run_id))
        same(whole, stored(store, run_id))
