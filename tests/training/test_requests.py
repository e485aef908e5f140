"""What may be asked of a run while it trains, and in which order it is taken."""

from __future__ import annotations

import pytest

from dec_core.errors import SettingsError
from dec_core.training.requests import TrainingRequests, check_change

RATE, TOL = "clustering.learning_rate", "clustering.tol"


def test_changes_are_taken_once_and_in_their_order() -> None:
    requests = TrainingRequests()
    requests.change(RATE, 0.1)
    requests.change(TOL, 0.2)
    requests.change(RATE, 0.3)
    assert requests.waiting == {RATE: 0.3, TOL: 0.2}
    assert [requests.take() for _ in range(3)] == [(RATE, 0.3), (TOL, 0.2), None]
    assert requests.waiting == {}


def test_a_stop_stays() -> None:
    requests = TrainingRequests()
    assert not requests.is_stopping
    requests.stop()
    assert requests.is_stopping


@pytest.mark.parametrize("path", ["clustering.n_clusters", "seed", "no.such.setting", ""])
def test_fixed_settings_are_refused(path: str) -> None:
    with pytest.raises(SettingsError, match=r"is fixed while a run trains\. Only clustering\.lear"):
        check_change(path, 3)


def test_a_refused_change_does_not_wait() -> None:
    requests = TrainingRequests()
    with pytest.raises(SettingsError, match=TOL):
        requests.change(TOL, 0.6)
    assert requests.waiting == {}
