"""What comes from outside is shown letter by letter, and draws nothing."""

from __future__ import annotations

import pytest

from pages.ui.plain import plain
from tests.ui.screens import new_screen, sentences


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![](//evil.example/a.png)", r"!\[\](//evil.example/a.png)"),
        ("http://evil.example", r"http\://evil.example"),
        ("www.evil.example", r"www\.evil.example"),
        (":red[x] :material/home: <b>", r":red\[x\] \:material/home: \<b\>"),
        ("*a* _b_ `c` $d$ ~~e~~ # f", r"\*a\* \_b\_ \`c\` \$d\$ \~\~e\~\~ \# f"),
        ("a\\b", r"a\\b"),
    ],
)
def test_markup_is_escaped(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_sentences_of_our_own_stay_as_they_are() -> None:
    sentence = (
        "n_clusters must be between 2 and the number of samples (1,797). Received 5,000: "
        "choose a smaller number."
    )
    assert plain(sentence) == sentence


def test_an_address_draws_no_picture() -> None:
    screen = new_screen(preset="![](//evil.example/a.png)", clustering__alpha="![](//evil/b.png)")
    said = sentences(screen)
    assert len(said) == 2
    assert all(r"!\[\]" in sentence for sentence in said)
