"""A file of one's own in a real browser, from the drop zone to a verdict with scores."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page, expect

from dec_core.data.sample_files import SAMPLE_FILES
from tests.browser.conftest import OpenPage
from tests.browser.train_page import banner, start, start_button


def drop(page: Page, path: Path) -> None:
    """Put a file into the drop zone."""
    page.locator("input[type=file]").set_input_files(path)


def press(page: Page, name: str) -> None:
    """Click a button that its key names."""
    page.locator(f".st-key-{name} button").first.click()


def test_wine_is_dropped_mended_and_trained_on(open_page: OpenPage, tmp_path: Path) -> None:
    """With ids, and with one measurement missing."""
    first, *rows = SAMPLE_FILES[0].content().decode().splitlines()
    rows[7] = "," + rows[7].partition(",")[2]
    path = tmp_path / "my wine.csv"
    numbered = [f"w{number},{row}" for number, row in enumerate(rows)]
    path.write_text("\n".join([f"sample_id,{first.replace('kind', 'class')}", *numbered]))
    page = open_page("/data")
    drop(page, path)
    expect(page.get_by_text("Proposed label: class, 3 classes.")).to_be_visible()
    press(page, "take-data-label")
    expect(page.get_by_text("Proposed label:")).to_have_count(0)
    press(page, "take-data-id")
    expect(page.get_by_text("Proposed id:")).to_have_count(0)
    page.get_by_role("button", name="Drop 1 row").click()
    expect(page.get_by_role("button", name="Drop 1 row")).to_have_count(0)
    page.get_by_role("button", name="Standardise").click()
    expect(page.get_by_text("Values reach")).to_have_count(0)
    press(page, "train_on_this")
    start_button(page).wait_for()
    start(page)
    banner(page, "over the k-means start").wait_for()
    expect(page.get_by_role("heading", name="my wine.csv")).to_be_visible()
    query = parse_qs(urlparse(page.url).query)
    assert query["data.label"] == ["class"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Labels (CSV)").click()
    names, *lines = Path(download.value.path()).read_text().splitlines()
    assert names.startswith('"sample_id","sample","true_label","true_class","cluster","confidence"')
    # The row with a gap is left out; every other one has its own name.
    ids = [line.split(",")[0].strip('"') for line in lines]
    assert ids == [f"w{number}" for number in range(178) if number != 7]
    # The way back leads to the same data.
    page.get_by_role("link", name="Change on the Data page").click()
    expect(page.get_by_text("Label: class, 3 classes.")).to_be_visible()


def test_a_bad_file_gives_its_sentence_and_a_path_is_read_in_place(
    open_page: OpenPage, tmp_path: Path
) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(b"Dear all")
    page = open_page("/data")
    drop(page, path)
    expect(banner(page, "The name of a file must end in one of")).to_be_visible()
    expect(page.get_by_role("heading", name="Digits", exact=True)).to_be_visible()
    table = tmp_path / "blobs.csv"
    table.write_bytes(SAMPLE_FILES[-1].content())
    page.locator(".st-key-data_path input").fill(str(table))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="blobs.csv")).to_be_visible()
