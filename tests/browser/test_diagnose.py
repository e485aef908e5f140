"""Diagnose in a real browser: from the banner of a spoilt run to the repaired one."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, StoredRun
from tests.browser.train_page import selector, wait_for
from tests.experiments.test_diagnosing import HEALTHY, TOO_HIGH


def test_from_the_banner_to_the_repaired_run(open_page: OpenPage, stored_run: StoredRun) -> None:
    settings = {**HEALTHY, **TOO_HIGH}
    run_id = stored_run(**{path.replace(".", "__"): value for path, value in settings.items()})
    page = open_page(f"?run={run_id}")
    page.get_by_role("link", name="Find out why").click()
    page.wait_for_url(f"**/diagnose?run={run_id}*")
    page.get_by_role("button", name="Find out why").click()
    page.get_by_text("One cause: the learning rate of clustering, 3, is too high.").wait_for()
    # Both runs are drawn, with their clusters and NMI.
    wait_for(
        page,
        "place => document.querySelector(place)?.layout?.xaxis2 !== undefined",
        arg=selector("trial_runs"),
    )
    page.get_by_role("button", name="Apply the remedy").click()
    page.wait_for_url("**/compare?*")
    table = page.locator(".dec-lab-runs")
    expect(table.locator("tr.ticked")).to_have_count(2)
    expect(table.locator("tr.ticked").get_by_role("link", name="Find out why")).to_have_count(1)
    page.go_back()
    page.wait_for_url(f"**/diagnose?run={run_id}*")
