"""The Compare page in a real browser: what lights up, what the address keeps."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, quote, urlparse

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from dec_core.store.store import RunStore
from tests.browser.conftest import PATIENCE, OpenPage, StoredRun
from tests.browser.train_page import (
    banner,
    plot,
    run_id,
    selector,
    start_button,
    wait_for,
)

# The opacity of every curve, by the run that it belongs to.
_OPACITIES = """element => Object.fromEntries(
  [...element.querySelectorAll(".scatterlayer .trace")].map(trace =>
    [trace.__data__[0].trace.legendgroup + ":" + trace.__data__[0].trace.uid,
     Number(trace.style.opacity || 1)]))"""

# The visible point of a run's curves, not at the edge, that is farthest from the others' points:
# where two runs have the same value, either may light up.
_SPOT = """(element, run) => {
  const box = element.getBoundingClientRect();
  const axis = (name) => element._fullLayout[name[0] + "axis" + name.slice(1)];
  const points = (trace) => Array.from(trace.x, (x, i) => [
    box.x + axis(trace.xaxis)._offset + axis(trace.xaxis).d2p(x),
    box.y + axis(trace.yaxis)._offset + axis(trace.yaxis).d2p(trace.y[i]),
  ]);
  const curves = element._fullData.filter(trace => trace.hovertemplate);
  let farthest = -1, spot;
  for (const curve of curves.filter(trace => trace.legendgroup === run)) {
    const others = curves.filter(trace => trace.legendgroup !== run &&
      trace.xaxis === curve.xaxis && trace.yaxis === curve.yaxis).flatMap(points);
    for (const [x, y] of points(curve).slice(1)) {
      const nearest = Math.min(...others.map(other => Math.hypot(other[0] - x, other[1] - y)));
      if (nearest > farthest && element.contains(document.elementFromPoint(x, y)))
        [farthest, spot] = [nearest, [x, y]];
    }
  }
  return spot;
}"""


# Words of others that Markdown, GitHub's or Streamlit's, would make something else of.
WORDS = (
    "https://evil.example/x?y=1&z=2",
    "(www.evil.example), HTTP://EVIL.EXAMPLE and x.www.evil.example",
    "a@evil.example, mailto:b@evil.example or xmpp:c@evil.example/d",
    "<http://evil.example> [x](http://evil.example) ![y](//evil.example/z.png) [x]: //evil.example",
    ":material/home: :material_home: :streamlit: :smile: :+1:",
    ":red :help :red[x] :color[x]{foreground=red} www.{foreground=red} ::leaf :::note",
    "$x^2$ $$y$$ `code` ```py *a* **b** _c_ ~~d~~ [^1] n_clusters",
    "&lt;b&gt; &#58; <b>x</b><br> | a | b |",
    "a -> b <- c <-> d -- e >= f <= g ~= h <-- i",
    "# heading",
    "- item",
    "12. item",
    "> quote",
    "---",
    "\\*a\\* \\https://evil.example a\\@evil.example",
)


@pytest.fixture
def copied_run(server_folder: Path, stored_run: StoredRun) -> Iterator[str]:
    """A run of somebody else, whose files hold ``WORDS``."""
    store = RunStore(server_folder / "runs")
    run = "copied-otter-0bad"
    folder = shutil.copytree(store.folder(stored_run(seed=1)), store.root / run)
    record = json.loads((folder / "run.json").read_text("utf-8"))
    record |= {"run_id": run, "preset": WORDS[0]}
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    *lines, last = (folder / "events.jsonl").read_text("utf-8").splitlines()
    lines += [json.dumps({"event": "WarningRaised", "message": words}) for words in WORDS]
    (folder / "events.jsonl").write_text("\n".join([*lines, last, ""]), encoding="utf-8")
    store.annotate(run, title=WORDS[2], tags=WORDS[:2])
    yield run
    store.delete(run)


def links_elsewhere(page: Page) -> list[str]:
    hrefs: list[str] = page.evaluate("() => [...document.querySelectorAll('a')].map(a => a.href)")
    return [href for href in hrefs if not href.startswith(page.url.split("/?")[0].split("?")[0])]


def test_words_of_others_are_shown_letter_by_letter(open_page: OpenPage, copied_run: str) -> None:
    page = open_page(f"/?run={copied_run}&preset={quote(WORDS[0])}&seed={quote(WORDS[2])}")
    said = page.locator("[data-testid=stMain] [data-testid=stAlertContainer] p")
    expect(said.first).to_be_visible()
    expect(said).to_have_text([re.compile("iteration"), *WORDS])
    elements = said.locator("*").evaluate_all("all => all.map(one => one.outerHTML)")
    assert {re.sub(r">.*", ">", element) for element in elements} == {"<span>"}
    expect(page.get_by_test_id("stSidebar").get_by_text(WORDS[2])).to_be_visible()
    assert links_elsewhere(page) == []
    page.get_by_role("button", name="Runs").click()
    option = f"{WORDS[2]} \N{MIDDLE DOT} {WORDS[0]} on digits"
    expect(page.get_by_text(option)).to_be_visible()
    assert links_elsewhere(page) == []


def compare(page: Page) -> None:
    """Go to the Compare page by the navigation and wait for its curves."""
    page.get_by_role("link", name="Compare", exact=True).click()
    plot(page, "comparison").locator(".main-svg").first.wait_for()


def chosen(page: Page) -> list[str]:
    return parse_qs(urlparse(page.url).query)["runs"][0].split(",")


def wait_until_only(page: Page, run: str | None, timeout: float = PATIENCE) -> None:
    """Wait until the curves of ``run`` alone are bright, or all of them for None."""
    wait_for(
        page,
        f"""([selector, run]) => {{
          const element = document.querySelector(selector);
          const curves = element ? Object.entries(({_OPACITIES})(element)) : [];
          return curves.length > 0 && curves.every(([key, opacity]) =>
            (opacity === 1) === (run === null || key.startsWith(run)));
        }}""",
        arg=[selector("comparison"), run],
        timeout=timeout,
    )


def point_until_lit(page: Page, point: Callable[[], None], run: str) -> None:
    """Point at something, and again where the page moved or was not yet listening."""
    for _ in range(60):
        page.mouse.move(2, 2)
        point()
        with contextlib.suppress(PlaywrightTimeout):
            wait_until_only(page, run, timeout=3_000)
            return
    pytest.fail(f"Pointing at {run} does not light up its curves alone.")


def test_pointing_at_a_run_lights_it_up_everywhere(
    open_page: OpenPage, stored_run: StoredRun
) -> None:
    first, second = stored_run(seed=1), stored_run(seed=2)
    page = open_page()
    compare(page)
    wait_for(page, "() => new URL(location).searchParams.has('runs')")
    assert set(chosen(page)) >= {first, second}
    row = page.locator(f".dec-lab-settings [data-run={second}]")
    row.wait_for()
    page.locator(f".dec-lab-runs [data-run={second}]").wait_for()
    wait_until_only(page, None)
    entry = page.locator(f".dec-lab-legend [data-run={first}]")
    point_until_lit(page, entry.hover, first)
    expect(row).to_have_class("dec-lab-dim")
    point_until_lit(page, row.hover, second)
    expect(entry).to_have_class("dec-lab-dim")
    page.mouse.move(2, 2)
    wait_until_only(page, None)


def test_pointing_at_a_curve_lights_up_its_run(open_page: OpenPage, stored_run: StoredRun) -> None:
    run, other = stored_run(seed=3), stored_run(seed=1)
    page = open_page(f"/compare?runs={run},{other}")
    plot(page, "comparison").locator(".main-svg").first.wait_for()

    def point() -> None:
        plot(page, "comparison").scroll_into_view_if_needed()
        page.mouse.move(*_spot_of_curve(page, run))

    point_until_lit(page, point, run)
    lit = page.locator(".dec-lab-legend [data-run]:not(.dec-lab-dim)")
    expect(lit).to_have_attribute("data-run", run)


def _spot_of_curve(page: Page, run: str) -> tuple[float, float]:
    """Where the run's curves are on the screen, as far as can be from those of the others."""
    x, y = plot(page, "comparison").evaluate(_SPOT, run)
    return x, y


def test_the_choice_survives_a_reload_and_the_plot_another_measure(
    open_page: OpenPage, stored_run: StoredRun
) -> None:
    first, second = stored_run(seed=1), stored_run(seed=2)
    page = open_page(f"/compare?runs={second},{first}&baseline={first}")
    plot(page, "comparison").locator(".main-svg").first.wait_for()
    page.reload()
    plot(page, "comparison").locator(".main-svg").first.wait_for()
    assert chosen(page) == [second, first]
    entries = page.locator(".dec-lab-legend [data-run]")
    expect(entries).to_have_count(2)
    expect(entries.first).to_have_attribute("data-run", first)
    element = plot(page, "comparison").element_handle()
    page.evaluate("element => { element.markedByTest = true; }", element)
    page.get_by_role("radio", name="NMI", exact=True).click()
    wait_for(page, "element => !element._fullLayout.xaxis6", arg=element)
    assert plot(page, "comparison").evaluate("element => element.markedByTest")


def test_a_ticked_row_is_compared(open_page: OpenPage, stored_run: StoredRun) -> None:
    run, other = stored_run(seed=6), stored_run(seed=1)
    page = open_page(f"/compare?runs={run}")
    entries = page.locator(".dec-lab-legend [data-run]")
    expect(entries).to_have_count(1)
    page.get_by_role("checkbox", name=f"Compare {other}").check()
    page.get_by_role("checkbox", name=f"Compare {run}").uncheck()
    wait_for(page, "run => new URL(location).searchParams.get('runs') === run", arg=other)
    expect(entries).to_have_count(1)
    expect(entries).to_have_attribute("data-run", other)


def test_the_table_is_sorted_by_a_heading_and_wide_enough(
    open_page: OpenPage, stored_run: StoredRun
) -> None:
    for seed in (1, 2, 3):
        stored_run(seed=seed)
    page = open_page("/compare")
    page.set_viewport_size({"width": 1024, "height": 768})
    scores = page.locator(".dec-lab-runs tbody td:nth-of-type(4)")
    scores.first.wait_for()
    for _ in range(2):
        page.locator(".dec-lab-runs").get_by_role("button", name="NMI").click()
        shown = [float(text[:5]) for text in scores.all_inner_texts()]
        is_descending = page.locator(".dec-lab-runs [aria-sort=descending]").count() == 1
        assert shown == sorted(shown, reverse=is_descending)
    assert not is_descending
    wait_for(page, "() => new URL(location).searchParams.get('sort') === 'NMI'")
    page.reload()
    expect(page.locator(".dec-lab-runs [aria-sort=ascending]")).to_contain_text("NMI")
    # Nothing is cut: no cell is wider than its place, and the table no wider than its frame.
    assert page.evaluate(
        """() => [...document.querySelectorAll(".dec-lab-runs, .dec-lab-runs :is(th, td)")]
            .every(element => element.scrollWidth <= element.clientWidth + 1)"""
    )


def test_compare_comes_back_with_its_runs_by_the_browser_and_by_the_link(
    open_page: OpenPage, stored_run: StoredRun
) -> None:
    run, other = stored_run(seed=1), stored_run(seed=2)
    page = open_page(f"/compare?runs={other}&baseline={run}")
    plot(page, "comparison").locator(".main-svg").first.wait_for()
    page.get_by_role("link", name="Train", exact=True).click()
    start_button(page).wait_for()
    page.go_back()
    wait_for(page, "() => new URL(location).searchParams.has('baseline')")
    plot(page, "comparison").locator(".main-svg").first.wait_for()
    assert chosen(page) == [other]
    page.go_forward()
    start_button(page).wait_for()
    wait_for(page, "() => !new URL(location).searchParams.has('baseline')")
    compare(page)
    wait_for(page, "() => new URL(location).searchParams.has('baseline')")
    assert chosen(page) == [other]


def test_train_comes_back_with_its_run_and_settings_by_the_browser_and_by_the_link(
    open_page: OpenPage, stored_run: StoredRun
) -> None:
    run = stored_run(seed=1)
    page = open_page(f"/?run={run}&preset=digits&clustering.n_clusters=7")
    banner(page, "at iteration 60").wait_for()
    on_train = parse_qs(urlparse(page.url).query)
    compare(page)
    wait_for(page, "() => new URL(location).searchParams.has('runs')")
    on_compare = parse_qs(urlparse(page.url).query)
    assert on_compare.keys() == {"runs"}
    for _ in range(2):
        page.go_back()
        banner(page, "at iteration 60").wait_for()
        assert parse_qs(urlparse(page.url).query) == on_train
        page.go_forward()
        page.get_by_role("heading", name="Compare").wait_for()
        assert parse_qs(urlparse(page.url).query) == on_compare
    page.get_by_role("link", name="Train", exact=True).click()
    banner(page, "at iteration 60").wait_for()
    assert run_id(page) == run
    expect(page.get_by_role("textbox", name="Clusters")).to_have_value("7")


def test_the_numbers_of_the_curves_are_saved_and_open_leads_to_the_run(
    open_page: OpenPage, stored_run: StoredRun, tmp_path: Path
) -> None:
    first, second = stored_run(seed=1), stored_run(seed=2)
    page = open_page(f"/compare?runs={first}")
    plot(page, "comparison").locator(".main-svg").first.wait_for()
    rows = _saved(page, "comparison", tmp_path)
    assert rows[0] == "series,iteration,value,measure"
    assert {row.split(",")[-1] for row in rows[1:]} >= {"ACC", "NMI", "Effective clusters"}
    page.goto(page.url.split("?")[0] + f"?runs={first},{second}")
    page.get_by_text("trained on different samples").wait_for()
    page.get_by_role("link", name=f"Open {first} on the Train page").click()
    banner(page, "at iteration 60").wait_for()
    assert run_id(page) == first


def test_the_agreement_is_saved_cell_by_cell(
    open_page: OpenPage, stored_run: StoredRun, server_folder: Path, tmp_path: Path
) -> None:
    first, second = stored_run(seed=1), stored_run(seed=1, clustering__alpha=2)
    page = open_page(f"/compare?runs={first},{second}")
    # What is out of sight is drawn once it is in sight.
    plot(page, "agreement").scroll_into_view_if_needed()
    plot(page, "agreement").locator(".main-svg").first.wait_for()
    rows = _saved(page, "agreement", tmp_path)
    assert rows[0] == "series,cluster_of_first,cluster_of_second,samples"
    store = RunStore(server_folder / "runs")
    views = {run: store.view(run) for run in (first, second)}
    one, other = (
        store.frames(run, view).labels(len(view.updates) - 1) for run, view in views.items()
    )
    shared = Counter(zip(one.tolist(), other.tolist(), strict=True))
    pairs = product(range(one.max() + 1), range(other.max() + 1))
    saved = [tuple(map(int, row.split(",")[1:])) for row in rows[1:]]
    assert sorted(saved) == [(*pair, shared[pair]) for pair in pairs]
    assert shared.total() == 300


def _saved(page: Page, name: str, folder: Path) -> list[str]:
    plot(page, name).hover()
    with page.expect_download() as download:
        plot(page, name).get_by_role("button", name="Save numbers as CSV").click()
    target = folder / f"{name}.csv"
    download.value.save_as(target)
    return target.read_text(encoding="utf-8").splitlines()
