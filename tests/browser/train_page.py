"""The Train page as a person uses it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Locator, Page, expect

# Never converges and stays healthy however long the browser takes; small, so that updates come
# fast.
ENDLESS = (
    "/?preset=digits&clustering.tol=0&clustering.max_iterations=1000000"
    "&clustering.learning_rate=1e-05&pretraining.epochs=30&pretraining.optimizer=adam"
    "&pretraining.learning_rate=0.003&clustering.kmeans_restarts=2"
)
# Ends after 60 iterations on a few samples.
SHORT = (
    "/?preset=digits&clustering.tol=0&clustering.max_iterations=60&pretraining.epochs=60"
    "&pretraining.optimizer=adam&pretraining.learning_rate=0.003&clustering.kmeans_restarts=2&data.n_samples=300"
)


def wait_for(page: Page, condition: str, arg: object = None, timeout: float | None = None) -> None:
    """Wait until a function in the page is true, looking ten times a second.

    Playwright's own way asks for a frame after every look, which a browser that renders in
    software pays for, and waits for ever where no frame comes.
    """
    page.wait_for_function(condition, arg=arg, timeout=timeout, polling=100)


def start(page: Page) -> str:
    """Press Start and wait until the address names the new run; its id."""
    before = page.url
    start_button(page).click()
    wait_for(
        page,
        "before => location.href !== before && new URL(location).searchParams.has('run')",
        arg=before,
    )
    return run_id(page)


def run_id(page: Page) -> str:
    return parse_qs(urlparse(page.url).query)["run"][0]


def banner(page: Page, text: str) -> Locator:
    return page.get_by_test_id("stAlert").filter(has_text=text).first


def plot(page: Page, name: str) -> Locator:
    return page.locator(selector(name))


def selector(name: str) -> str:
    """Where a plot is, looked up anew at every look: a reload makes another element of it."""
    return f".st-key-plot-{name} .dec-lab-plot"


def wait_for_draws(page: Page, name: str, count: int) -> None:
    """Wait until the plot was drawn ``count`` more times; only while its run trains."""
    wait_for(
        page,
        """([selector, count]) => {
          const element = document.querySelector(selector);
          if (!element) return false;
          const draws = Number(element.dataset.draws ?? 0);
          element.drawsBefore ??= draws;
          return draws >= element.drawsBefore + count && (delete element.drawsBefore, true);
        }""",
        arg=[selector(name), count],
    )


def wait_for_updates(page: Page) -> None:
    """Wait until the labels after an update are drawn."""
    wait_for(
        page,
        "selector => (document.querySelector(selector)?._fullData ?? []).length === 2",
        arg=selector("labels"),
    )


def wait_for_last_iteration(page: Page, name: str, last: int) -> None:
    """Wait until the plot shows the run up to that iteration, as its files would be named."""
    wait_for(
        page,
        """([selector, ending]) =>
             (document.querySelector(selector)?.dataset.filename ?? '').endsWith(ending)""",
        arg=[selector(name), f"_iteration-{last}"],
    )


def wait_until_still(page: Page) -> None:
    """Wait until nothing has been drawn for the time of several ticks; fails if that never ends."""
    page.evaluate("() => { window.stillSince = null; }")
    wait_for(
        page,
        """selector => {
          const draws = document.querySelector(selector)?.dataset.draws;
          if (window.stillSince?.draws !== draws)
            window.stillSince = { draws, at: performance.now() };
          return performance.now() - window.stillSince.at > 2_500;
        }""",
        arg=selector("scores"),
    )


def iteration(page: Page) -> int:
    """Iterations done, as the progress text says."""
    text = page.get_by_test_id("stProgress").inner_text()
    return int(text.split("iteration ")[1].split(" of")[0].replace(",", ""))


def wait_for_iteration(page: Page, least: int) -> None:
    """Wait until the page says that so many gradient steps are done."""
    wait_for(
        page,
        """least => Number(/iteration ([\\d,]+) of/.exec(document.body.innerText)?.[1]
             .replaceAll(",", "")) >= least""",
        arg=least,
    )


def stop(page: Page) -> None:
    """Stop the run that is shown and wait until page and buttons say so."""
    stop_button(page).click()
    banner(page, "Stopped by you").wait_for()
    expect(stop_button(page)).to_be_disabled()


def press(page: Page, key: str, label: str) -> None:
    """Press a key once its button says what the key will do."""
    button = _control_button(page, key.upper()).first
    expect(button).to_contain_text(label)
    expect(button).to_be_enabled()
    page.keyboard.press(key)


def start_button(page: Page) -> Locator:
    """Streamlit draws a button with a tooltip twice and hides one of them."""
    return page.locator(".st-key-start button").first


def stop_button(page: Page) -> Locator:
    """Of the run that the address names."""
    return _control_button(page, "X")


def _control_button(page: Page, key: str) -> Locator:
    """The run's own; while a script runs, those of Streamlit and of a run shown before may be there
    too."""
    return page.locator(f".st-key-control-{key}-{run_id(page)} button")
