"""The Compare page with runs that are damaged: said in sentences, and nothing else is held up."""

from __future__ import annotations

import json
from pathlib import Path

from dec_core.runs.array_files import read_arrays, write_arrays
from dec_core.runs.manager import RunManager
from tests.ui.screens import plots, sentences
from tests.ui.test_compare import compare, forget_sessions, rows, trained, two


def fewer_samples(folder: Path) -> None:
    """As if the run had been made with one sample less."""
    record = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**record, "n_samples": 299}))
    for path in (folder / "checkpoints").iterdir():
        arrays = read_arrays(path)
        write_arrays(path, {**arrays, "p": arrays["p"][1:], "labels": arrays["labels"][1:]})


def test_labels_that_do_not_fit_are_a_sentence(manager: RunManager) -> None:
    first = trained(manager).run_id
    second = trained(manager, clustering__alpha=2.0).run_id
    forget_sessions(manager)
    record = (manager.store.folder(first) / "run.json").read_text()
    fewer_samples(manager.store.folder(first))
    address = {"runs": f"{first},{second}"}
    expected = f"{first} and {second} have labels of 299 and 300 samples"
    assert [said for said in sentences(compare(**address)) if said.startswith(expected)]
    (manager.store.folder(first) / "run.json").write_text(record)
    forget_sessions(manager)
    screen = compare(**address)
    assert [said for said in sentences(screen) if "no checkpoint that can be read and fits" in said]
    assert "agreement" not in plots(screen)


def test_damage_that_only_reading_finds_stands_in_the_table(manager: RunManager) -> None:
    first, second = two(manager)
    forget_sessions(manager)
    folder = manager.store.folder(second)
    lines = (folder / "events.jsonl").read_text().splitlines(keepends=True)
    (folder / "events.jsonl").write_text("".join([*lines[:4], "garbled\n", *lines[5:]]))
    record = json.loads((folder / "run.json").read_text())
    # Of a finished run the table needs no more than its record, unless it is chosen.
    assert rows(compare(runs=first))[second]["State"] == "finished"
    for chosen, values in ((second, {}), (first, {"state": "running", "summary": None})):
        (folder / "run.json").write_text(json.dumps({**record, **values}))
        screen = compare(runs=chosen)
        assert rows(screen)[second]["State"] == "damaged"
        assert "Line 5 of events.jsonl is damaged" in rows(screen)[second]["Remark"]
        assert [text.value for text in screen.text if text.value.startswith(f"{second}: Line 5")]
        assert rows(screen)[first]["State"] == "finished"
