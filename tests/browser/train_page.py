"""The Train page as a person uses it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Locator, Page

# Never converges, so that there is time to look; small, so that updates come fast.
ENDLESS = (
    "/?preset=digits&clustering.tol=0&clustering.max_iterations=1000000"
    "&pretraining.epochs=5&clustering.kmeans_restarts=2"
)
# Ends after 60 iterations on a few samples.
SHORT = (
    "/?preset=digits&clustering.tol=0&clustering.max_iterations=60&pretraining.epochs=5"
    "&clustering.kmeans_restarts=2&data.n_samples=300"
)


def start(page: Page) -> None:
    """Press Start and wait until the address names the new run."""
    before = page.url
    page.get_by_role("button", name="Start").click()
    page.wait_for_function(
        "before => location.href !== before && new URL(location).searchParams.has('run')",
        arg=before,
    )


def run_id(page: Page) -> str:
    return parse_qs(urlparse(page.url).query)["run"][0]


def banner(page: Page, text: str) -> Locator:
    return page.get_by_test_id("stAlert").filter(has_text=text).first


def plot(page: Page, name: str) -> Locator:
    return page.locator(f".st-key-plot-{name} .dec-lab-plot")


def wait_for_draws(page: Page, name: str, count: int) -> None:
    """Wait until the plot was drawn ``count`` more times."""
    element = plot(page, name)
    element.wait_for()
    before = draws(page, name)
    page.wait_for_function(
        "([element, target]) => Number(element.dataset.draws ?? 0) >= target",
        arg=[element.element_handle(), before + count],
    )


def draws(page: Page, name: str) -> int:
    return int(plot(page, name).get_attribute("data-draws") or 0)


def wait_for_updates(page: Page) -> None:
    """Wait until the labels after an update are drawn."""
    page.wait_for_function(
        "element => (element._fullData ?? []).length === 2",
        arg=plot(page, "labels").element_handle(),
    )


def wait_for_last_iteration(page: Page, name: str, last: int) -> None:
    """Wait until the plot shows the run up to that iteration, as its files would be named."""
    page.wait_for_function(
        "([element, ending]) => (element.dataset.filename ?? '').endsWith(ending)",
        arg=[plot(page, name).element_handle(), f"_iteration-{last}"],
    )


def wait_until_still(page: Page) -> None:
    """Wait until nothing has been drawn for the time of several ticks; fails if that never ends."""
    page.wait_for_function(
        """element => {
          if (element.drawsSeen !== element.dataset.draws) {
            element.drawsSeen = element.dataset.draws;
            element.seenAt = performance.now();
          }
          return performance.now() - element.seenAt > 2_500;
        }""",
        arg=plot(page, "scores").element_handle(),
    )


def iteration(page: Page) -> int:
    """Iterations done, as the progress text says."""
    text = page.get_by_test_id("stProgress").inner_text()
    return int(text.split("iteration ")[1].split(" of")[0].replace(",", ""))


def stop(page: Page) -> None:
    stop_button(page).click()
    banner(page, "Stopped by you").wait_for()


def stop_button(page: Page) -> Locator:
    """The run's own; Streamlit shows a button of that name too while a script runs."""
    return page.locator(".st-key-control-X button")
