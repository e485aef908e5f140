"""Numbers with what they count, in words."""

from __future__ import annotations


def counted(number: int, one: str, several: str = "") -> str:
    """As "1 epoch" or "2,000 epochs".

    Parameters
    ----------
    one : what is counted
    several : its plural where that is not ``one`` with an s
    """
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"
