"""The legend of compared runs; pointing at a run lights it up everywhere on the page.

Whatever carries ``data-run`` takes part, and so does every figure whose ``layout.meta.runs`` is
set: the event ``dec-lab-run`` on the window says which run the pointer is on, or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pages.ui.parts.component import component

_HTML = """
<div class="dec-lab-legend" role="list" aria-label="Compared runs"></div>
"""
_CSS = """
.dec-lab-legend { display: flex; flex-wrap: wrap; gap: 0.4rem; font-size: 0.85rem; }
.dec-lab-legend > div {
  display: flex; flex-wrap: wrap; gap: 0 0.5rem; max-width: 100%;
  align-items: center; padding: 0.15rem 0.6rem;
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius);
  font-variant-numeric: tabular-nums;
}
.dec-lab-legend i, .dec-lab-swatch { width: 0.8em; height: 0.8em; border-radius: 50%; flex: none; }
.dec-lab-legend i.baseline { border-radius: 0; transform: rotate(45deg) scale(0.85); }
.dec-lab-legend b { font-weight: 600; overflow-wrap: anywhere; }
.dec-lab-legend span { opacity: 0.8; }
.dec-lab-legend a { color: var(--st-link-color); }
[data-run] { transition: opacity 0.1s; }
[data-run].dec-lab-dim { opacity: 0.25; }
"""
_component = component(__file__, _HTML, _CSS)


@dataclass(frozen=True)
class LegendEntry:
    """A run, or a series of runs, with a few words on how it fares and the way to its page."""

    run: str
    name: str
    color: str
    note: str
    href: str
    is_baseline: bool


def run_legend(entries: Sequence[LegendEntry]) -> None:
    """Draw the legend."""
    _component(key="run_legend", data={"entries": [asdict(entry) for entry in entries]})
