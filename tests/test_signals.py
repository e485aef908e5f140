"""SIGTERM and Ctrl-C end a command in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from dec_core.cli.main import main
from dec_core.events.events import Event, PretrainingEpochEnded, TargetUpdated
from dec_core.signals import Ended, run_command
from dec_core.store.record import RunState
from dec_core.store.recorder import Recorder
from dec_core.store.store import RunStore
from tests.test_cli import train

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture(autouse=True)
def handlers_of_this_process() -> Iterator[None]:
    before = [signal.getsignal(number) for number in SIGNALS]
    # As in a terminal: what a shell starts in the background ignores Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in zip(SIGNALS, before, strict=True):
        signal.signal(number, handler)


def send_after(monkeypatch: pytest.MonkeyPatch, kind: type[Event], *numbers: int) -> None:
    """The second event of that kind is stored, and then the signals come."""
    write, seen = Recorder.write, []

    def written(recorder: Recorder, event: Event, *more: Any) -> None:
        write(recorder, event, *more)
        seen.append(type(event))
        if seen.count(kind) == 2 and seen[-1] is kind:
            for number in numbers:
                signal.raise_signal(number)

    monkeypatch.setattr(Recorder, "write", written)


@pytest.mark.parametrize(
    ("numbers", "status"),
    [((signal.SIGTERM,), 143), ((signal.SIGINT,), 130), ((*SIGNALS, *SIGNALS), 130)],
)
@pytest.mark.parametrize("kind", [PretrainingEpochEnded, TargetUpdated])
def test_a_run_is_kept_and_goes_on_from_there(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: type[Event],
    numbers: tuple[int, ...],
    status: int,
) -> None:
    send_after(monkeypatch, kind, *numbers)
    arguments = train("--json", clustering__tol=0, clustering__update_interval=10)
    with pytest.raises(Ended) as ending:
        run_command(lambda: main(arguments))
    assert ending.value.code == status
    output = capsys.readouterr()
    assert output.err.endswith("Interrupted.\n")
    assert "Traceback" not in output.err
    # Whatever comes now, nothing is left to be cut short.
    assert {signal.getsignal(number) for number in SIGNALS} == {signal.SIG_IGN}
    (record,) = RunStore().records()
    assert record.state is RunState.INTERRUPTED
    if len(numbers) == 1 and kind is TargetUpdated:
        # Not the one of the k-means start, which every run has.
        assert RunStore().checkpoint(record.run_id).iteration == 10
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert main(["runs", "resume", record.run_id, "--json"]) == 0
    assert RunStore().record(record.run_id).state is RunState.FINISHED


def test_before_a_run_a_signal_ends_the_command_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> int:
        signal.raise_signal(signal.SIGTERM)
        return 0

    with pytest.raises(Ended) as ending:
        run_command(command)
    assert ending.value.code == 143
    assert capsys.readouterr().err == "Interrupted.\n"


def test_an_ignored_signal_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def command() -> int:
        signal.raise_signal(signal.SIGINT)
        return 7

    assert run_command(command) == 7


def test_a_command_within_a_program_leaves_its_handlers_as_they_were() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    assert main(train("--json")) == 0
    assert [signal.getsignal(number) for number in SIGNALS] == before
