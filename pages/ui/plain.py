"""Words that somebody else chose, on a page that reads Markdown."""

from __future__ import annotations

import re

# What would become a link, a picture, a formula, code, emphasis, HTML, a heading or an icon.
_MARKUP = re.compile(
    r"[\\`*\[\]$<>~#|]|(?<![^\W_])_|_(?![^\W_])|:(?=[\w/+-]+:)|:(?=//)|(?<=\bwww)\."
)


def plain(text: str) -> str:
    """The text so escaped that Markdown shows it letter by letter.

    Names, titles and whatever an address says come from outside; a link or a picture among
    them must not be drawn.
    """
    return _MARKUP.sub(lambda found: f"\\{found[0]}", text)
