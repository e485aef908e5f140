"""What comes from outside is shown letter by letter, and draws nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dec_core.errors import ExportError, RunError
from dec_core.processes.jobs import JobStatus
from dec_core.runs.manager import RunManager
from dec_core.store.store import RunStore
from pages.ui.parts.verbatim import verbatim
from tests.store.test_golden import GOLDEN
from tests.ui.screens import captions, choose, click, new_screen, refresh, sentences

PICTURE = "![](//evil.example/a.png)"


@pytest.fixture
def stored(manager: RunManager) -> Path:
    """The folder of a stored run."""
    folder = manager.store.root / GOLDEN.name
    shutil.copytree(GOLDEN, folder)
    return folder


def raises(error: Exception) -> Callable[..., Any]:
    """What fails whatever it is called with."""

    def fail(*_: object) -> None:
        raise error

    return fail


def shown_plainly(said: list[str]) -> bool:
    """Whether one of these holds the picture, and none would draw it."""
    return any(verbatim(PICTURE) in text for text in said) and not any(PICTURE in t for t in said)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![](//evil.example/a.png)", r"!\[\](//evil.example/a.png)"),
        ("http://evil.example", r"http:color[\:]//evil.example"),
        ("WWW.evil.example", r"WWW:color[\.]evil.example"),
        ("a@evil.example", r"a:color[\@]evil.example"),
        (":red[x] :smile: <b>", r":color[\:]red\[x\] :color[\:]smile: :color[\<]b:color[\>]"),
        ("*a* _b_ `c` $d$ # f &amp; {g}", r"\*a\* \_b\_ \`c\` \$d\$ \# f \&amp; \{g\}"),
        ("10. a", r"10\. a"),
        ("a\n===\n    b", "a === b"),
        ("a\\b", r"a\\b"),
    ],
)
def test_markup_is_escaped(text: str, shown: str) -> None:
    assert verbatim(text) == shown


def test_sentences_of_our_own_stay_as_they_are() -> None:
    sentence = (
        "n_clusters must be between 2 and the number of samples (1,797). Received 5,000: "
        "choose a smaller number."
    )
    assert verbatim(sentence) == sentence


def test_an_address_draws_no_picture() -> None:
    screen = new_screen(preset="![](//evil.example/a.png)", clustering__alpha="![](//evil/b.png)")
    said = sentences(screen)
    assert len(said) == 2
    assert all(r"!\[\]" in sentence for sentence in said)


def test_a_damaged_record_draws_no_picture(stored: Path) -> None:
    screen = choose(click(new_screen(run=stored.name), "Export"), "export_what", "A whole run")
    record = json.loads((stored / "run.json").read_text("utf-8"))
    (stored / "run.json").write_text(json.dumps({**record, PICTURE: 1}), encoding="utf-8")
    assert shown_plainly(sentences(refresh(screen)))


@pytest.mark.parametrize(
    "status",
    [JobStatus(is_over=True, problem=PICTURE), JobStatus(is_over=True, left_out=(PICTURE,))],
    ids=["problem", "left out"],
)
def test_the_result_of_an_export_draws_no_picture(
    status: JobStatus, stored: Path, manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = SimpleNamespace(status=status, target=stored / "run.zip")
    monkeypatch.setattr(manager.jobs, "get", lambda _: job)
    assert shown_plainly(sentences(click(new_screen(run=stored.name), "Export")))


def test_an_export_that_cannot_begin_draws_no_picture(
    stored: Path, manager: RunManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manager.jobs, "start", raises(ExportError(PICTURE)))
    screen = choose(click(new_screen(run=stored.name), "Export"), "export_what", "A whole run")
    assert shown_plainly(sentences(click(screen, "Make the file")))


def test_a_missing_browser_draws_no_picture(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEC_CHROMIUM", PICTURE)
    assert shown_plainly(captions(click(new_screen(run=stored.name), "Export")))


def test_a_store_that_cannot_be_listed_draws_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RunStore, "records", raises(RunError(PICTURE)))
    screen = new_screen()
    screen.switch_page("compare.py")
    assert shown_plainly(sentences(refresh(screen)))
