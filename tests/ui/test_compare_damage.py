"""The Compare page with runs that are damaged: said in sentences, and nothing else is held up."""

from __future__ import annotations

import json

from dec_core.runs.manager import RunManager
from tests.ui.screens import plots, rows, sentences
from tests.ui.test_compare import compare, curves, forget_sessions, trained, two


def test_labels_that_do_not_fit_are_a_sentence(manager: RunManager) -> None:
    first = trained(manager, data__n_samples=299).run_id
    second = trained(manager, clustering__alpha=2.0).run_id
    forget_sessions(manager)
    # As if both had been made with the same samples.
    record, other = (manager.store.folder(run) / "run.json" for run in (first, second))
    same = {"fingerprint": json.loads(other.read_text())["fingerprint"]}
    record.write_text(json.dumps(json.loads(record.read_text()) | same))
    screen = compare(runs=f"{first},{second}")
    expected = f"{first} and {second} have labels of 299 and 300 samples"
    assert [said for said in sentences(screen) if said.startswith(expected)]
    assert "agreement" not in plots(screen)


def test_newest_labels_that_are_damaged_are_a_sentence(manager: RunManager) -> None:
    first = trained(manager).run_id
    second = trained(manager, clustering__alpha=2.0).run_id
    forget_sessions(manager)
    path = manager.store.folder(first) / "arrays" / "labels-000000.frames"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    screen = compare(runs=f"{first},{second}")
    assert [said for said in sentences(screen) if f"{path.name} is damaged" in said]
    assert "agreement" not in plots(screen)
    # Its numbers are whole.
    assert {row["State"] for row in rows(screen).values()} == {"dead embedding at iteration 40"}
    assert curves(screen)


def test_damage_that_only_reading_finds_stands_in_the_table(manager: RunManager) -> None:
    first, second = two(manager)
    forget_sessions(manager)
    folder = manager.store.folder(second)
    lines = (folder / "events.jsonl").read_text().splitlines(keepends=True)
    (folder / "events.jsonl").write_text("".join([*lines[:4], "garbled\n", *lines[5:]]))
    record = json.loads((folder / "run.json").read_text())
    # Of a finished run the table needs no more than its record, unless it is chosen.
    assert rows(compare(runs=first))[second]["State"] == "dead embedding at iteration 40"
    for chosen, values in ((second, {}), (first, {"state": "running", "summary": None})):
        (folder / "run.json").write_text(json.dumps({**record, **values}))
        screen = compare(runs=chosen)
        assert rows(screen)[second]["State"] == "damaged"
        assert "Line 5 of events.jsonl is damaged" in rows(screen)[second]["Remark"]
        assert [text.value for text in screen.text if text.value.startswith(f"{second}: Line 5")]
        assert rows(screen)[first]["State"] == "dead embedding at iteration 40"
