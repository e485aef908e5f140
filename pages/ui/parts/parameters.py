"""The parameters of the address of the page that is shown.

A browser sends its address along with every click. Of two clicks that follow quickly, the second
carries the address from before the first; and Streamlit ends a script run at its next message when
another click comes, also within a callback that has just changed the address. So the session keeps
the parameters: while a page stays, only its script changes them, and the address that comes with a
click is equal or older. What the browser says counts where it leads to another page, or back.

``st.query_params`` is written here alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_KEPT = "parameters"


@dataclass
class _Kept:
    """The page that is shown, by its title and by its script, and the parameters of every page;
    ``titles`` are those of the pages by their scripts, ``is_told`` is whether the browser was sent
    the parameters of the page."""

    page: str = ""
    script: str = ""
    by_page: dict[str, dict[str, str]] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    is_told: bool = True


class Parameters(Mapping[str, str]):
    """The parameters of the page that is shown, as they stand after the newest choice."""

    def __getitem__(self, name: str) -> str:
        return self.of_page(_kept().page)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.of_page(_kept().page))

    def __len__(self) -> int:
        return len(self.of_page(_kept().page))

    @property
    def page(self) -> str:
        """The title of the page that is shown; empty before the first."""
        return _kept().page

    def of_page(self, page: str) -> Mapping[str, str]:
        """What the address of a page says, or said when it was left."""
        return _kept().by_page.get(page, {})

    def change(self, values: Mapping[str, str | None]) -> None:
        """Set these all at once; one that is None leaves the address.

        They are those of the page on which was clicked, which may just have led to another one.
        """
        kept = _kept()
        page = kept.titles.get(_script(), kept.page)
        old = dict(self.of_page(page))
        new = {name: text for name, text in (old | dict(values)).items() if text is not None}
        if new != old:
            kept.by_page[page] = new
            if page == kept.page:
                kept.is_told = False
                _tell(kept)

    def turn_to(self, page: str, values: Mapping[str, str]) -> None:
        """Make a page, by its title, the one that is shown, with these parameters."""
        kept = _kept()
        kept.page, kept.script, kept.is_told = page, "", False
        kept.by_page[page] = dict(values)

    def stays(self, page: str) -> bool:
        """Whether a script run shows the same page again, so that what is kept of it counts."""
        return _kept().page == page and not is_back()

    def send(self) -> None:
        """At the beginning of a script run: let the browser know where it does not yet."""
        kept = _kept()
        kept.script = _script()
        kept.titles[kept.script] = kept.page
        if not kept.is_told or st.query_params.to_dict() != dict(self):
            _tell(kept)


parameters = Parameters()


def is_back() -> bool:
    """Whether the script run shows what the browser's Back or Forward leads to."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def sent_by_browser() -> dict[str, str]:
    """What the browser said of the address with the newest click, which may be older."""
    return st.query_params.to_dict()


def _kept() -> _Kept:
    kept: _Kept = st.session_state.setdefault(_KEPT, _Kept())
    return kept


def _tell(kept: _Kept) -> None:
    """Send the parameters; this may end the script run. A click that was taken in together with the
    way to another page still changes the page that it was made on, whose address is gone."""
    if kept.script == _script():
        st.query_params.from_dict(kept.by_page[kept.page])
        kept.is_told = True


def _script() -> str:
    """Which page this script run is for; its callbacks come before the page itself."""
    context = get_script_run_ctx()
    return "" if context is None else context.page_script_hash
