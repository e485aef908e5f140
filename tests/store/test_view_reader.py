"""The numbers of a stored run: each line of its log is read once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dec_core.errors import RunError
from dec_core.events.events import Event, FrameTaken, SamplesChosen, WarningRaised
from dec_core.events.frames import MemoryFrames
from dec_core.events.view import View, replay
from dec_core.store.array_files import write_whole
from dec_core.store.event_log import EventLog
from dec_core.store.events_file import decode, encode
from dec_core.store.store import READERS, RunStore
from dec_core.store.view_reader import ViewReader
from tests.plots.scripted import events, updated
from tests.runs.short_runs import small_config


@pytest.fixture
def store() -> RunStore:
    return RunStore()


@pytest.fixture
def run_id(store: RunStore) -> str:
    return store.create(small_config(), "digits")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines that were decoded, in order."""
    lines: list[str] = []

    def watched(line: str, *others: object) -> Event:
        lines.append(line)
        return decode(line, *others)  # type: ignore[arg-type]

    monkeypatch.setattr("dec_core.store.event_log.decode", watched)
    return lines


def script(n_updates: int = 3) -> list[Event]:
    """Events of a run that is not over."""
    return events(n_updates=n_updates)[:-1]


def lines_of(happened: list[Event]) -> list[bytes]:
    return [
        encode(event).encode() + b"\n"
        for event in happened
        if not isinstance(event, SamplesChosen | FrameTaken)
    ]


def write(store: RunStore, run_id: str, happened: list[Event]) -> Path:
    log = EventLog(store.folder(run_id))
    log.open(MemoryFrames(), 0, 0)
    for event in happened:
        log.append(event)
    log.close()
    return store.folder(run_id) / "events.jsonl"


def as_expected(view: View, happened: list[Event]) -> None:
    expected = replay(happened)
    assert view.revision == expected.revision
    assert [u.iteration for u in view.updates] == [u.iteration for u in expected.updates]
    assert view.started == expected.started
    assert view.warnings == expected.warnings


def test_only_new_lines_are_decoded(store: RunStore, run_id: str, decoded: list[str]) -> None:
    log = write(store, run_id, script())
    as_expected(store.view(run_id), script())
    assert len(decoded) == len(lines_of(script()))
    decoded.clear()
    first = store.view(run_id)
    assert store.view(run_id) is first
    assert decoded == []
    for number in (3, 4):
        with log.open("ab") as stream:
            stream.writelines(lines_of([updated(number)]))
        as_expected(store.view(run_id), script(number + 1))
        assert len(decoded) == 1
        decoded.clear()
    # What was seen before stays as it was.
    as_expected(first, script())


def test_a_line_that_is_just_being_written_waits(
    store: RunStore, run_id: str, decoded: list[str]
) -> None:
    log = write(store, run_id, script())
    before = store.view(run_id)
    decoded.clear()
    (line,) = lines_of([updated(3)])
    for byte in range(0, len(line) - 1, 7):
        with log.open("ab") as stream:
            stream.write(line[byte : min(byte + 7, len(line) - 1)])
        assert store.view(run_id) is before
    assert decoded == []
    with log.open("ab") as stream:
        stream.write(line[-1:])
    as_expected(store.view(run_id), script(4))
    assert len(decoded) == 1


def test_a_run_that_has_no_log_yet_is_followed_from_its_first_line(
    store: RunStore, run_id: str
) -> None:
    assert store.view(run_id) == View()
    write(store, run_id, script())
    as_expected(store.view(run_id), script())


def test_a_log_that_was_cut_and_goes_on_is_read_anew(
    store: RunStore, run_id: str, decoded: list[str]
) -> None:
    log = write(store, run_id, script(5))
    store.view(run_id)
    decoded.clear()
    changed = [*script(2), WarningRaised("It went on."), *map(updated, range(2, 8))]
    write_whole(log, b"".join(lines_of(changed)))
    assert log.stat().st_size > len(b"".join(lines_of(script(5))))
    as_expected(store.view(run_id), changed)
    assert len(decoded) == len(lines_of(changed))


def test_a_log_whose_file_has_the_number_of_the_one_before_is_read_anew(
    store: RunStore, run_id: str
) -> None:
    """A file system may use a number again that was free for a while."""
    log = write(store, run_id, script(5))
    store.view(run_id)
    number = log.stat().st_ino
    changed = [*script(2), WarningRaised("It went on."), *map(updated, range(2, 8))]
    log.write_bytes(b"".join(lines_of(changed)))
    assert log.stat().st_ino == number
    as_expected(store.view(run_id), changed)


def test_a_log_that_was_only_cut_is_read_anew(store: RunStore, run_id: str) -> None:
    log = write(store, run_id, script(5))
    store.view(run_id)
    os.truncate(log, len(b"".join(lines_of(script(2)))))
    as_expected(store.view(run_id), script(2))
    log.unlink()
    assert store.view(run_id) == View()


def test_a_damaged_line_is_named_again_until_it_is_mended(store: RunStore, run_id: str) -> None:
    log = write(store, run_id, script())
    whole = store.view(run_id)
    with log.open("ab") as stream:
        stream.write(b"garbled\n")
    number = len(lines_of(script())) + 1
    for _ in range(3):
        with pytest.raises(RunError, match=f"Line {number} of events.jsonl is damaged"):
            store.view(run_id)
    log.write_bytes(b"".join(lines_of(script(4))))
    as_expected(store.view(run_id), script(4))
    as_expected(whole, script())


def test_lines_that_do_not_fit_those_before_are_damage_though_read_later(
    store: RunStore, run_id: str
) -> None:
    log = write(store, run_id, script())
    store.view(run_id)
    with log.open("ab") as stream:
        stream.writelines(lines_of([updated(4)]))
    with pytest.raises(RunError, match="update 4 follows 3 updates"):
        store.view(run_id)


def test_a_reader_that_has_failed_goes_on_failing(store: RunStore, run_id: str) -> None:
    log = write(store, run_id, script())
    log.write_bytes(log.read_bytes() + b"garbled\n")
    reader = ViewReader(store.folder(run_id))
    messages = set()
    for _ in range(2):
        with pytest.raises(RunError) as failed:
            reader.view()
        messages.add(str(failed.value))
    assert len(messages) == 1
    assert not reader.is_same


def test_a_store_remembers_a_bounded_number_of_runs(
    store: RunStore, run_id: str, decoded: list[str]
) -> None:
    write(store, run_id, script())
    store.view(run_id)
    others = [store.create(small_config(), "digits") for _ in range(READERS)]
    for other in others[:-1]:
        store.view(other)
    decoded.clear()
    store.view(run_id)
    assert decoded == []
    for other in others:
        store.view(other)
    store.view(run_id)
    assert len(decoded) == len(lines_of(script()))
