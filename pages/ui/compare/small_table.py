"""What the small tables below the curves share: a row per series, with its colour."""

from __future__ import annotations

from pages.ui.compare.series import Group

STYLE = """
<style>
.dec-lab-settings { overflow-x: auto; }
.dec-lab-settings table { border-collapse: collapse; font-size: 0.9rem; }
.dec-lab-settings :is(th, td) {
  padding: 0.3rem 0.9rem 0.3rem 0; text-align: left; font-weight: 400; white-space: nowrap;
  border-bottom: 1px solid var(--st-border-color, #8884);
}
.dec-lab-settings .words { white-space: normal; min-width: 13rem; }
.dec-lab-settings thead th { font-weight: 600; }
.dec-lab-settings .differs { font-weight: 600; }
.dec-lab-settings small { opacity: 0.7; }
.dec-lab-settings .swatch {
  display: inline-block; width: 0.75em; height: 0.75em; border-radius: 50%; margin-right: 0.45em;
}
</style>
"""


def swatch(group: Group) -> str:
    """The colour of a series, as HTML."""
    return f'<span class="swatch" style="background:{group.color}"></span>'
