"""Words that somebody else chose, on a page that reads Markdown."""

from __future__ import annotations

import re

# What Markdown reads as emphasis, code, a formula, a picture, a heading, a table, attributes,
# an entity, or at the beginning as a list; a backslash ends that.
_MARKUP = r"[\\`*\[\]$#|{}]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|^(?:[-+]|\d{1,9}[.)])(?=\s|$)"
# What is looked for in the text that is left after that: addresses of the web and of mail, icons,
# emoji, arrows. A backslash is gone by then; only an element of its own keeps such a sign from
# its neighbours, and Streamlit's directive ``:color`` without a colour is one that changes nothing.
_APART = r"(?i:(?<=www)\.)|:(?!\s)|[@<>~]|-(?=-)"
_SIGNS = re.compile(rf"(?P<markup>{_MARKUP})|{_APART}")


def verbatim(text: str) -> str:
    """The text so escaped that Markdown shows it letter by letter, in one line.

    Names, titles and whatever an address says come from outside; a link or a picture among
    them must not be drawn.
    """
    return _SIGNS.sub(_shown, " ".join(text.split()))


def _shown(found: re.Match[str]) -> str:
    before, sign = found[0][:-1], found[0][-1]
    return f"{before}\\{sign}" if found["markup"] else f":color[\\{sign}]"
