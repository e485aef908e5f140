"""A sequence that grows at its end and never changes."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dec_core.events.growing import Growing


@given(st.lists(st.tuples(st.integers(0, 20), st.integers()), max_size=30))
def test_whatever_grows_from_whichever_each_keeps_its_own(steps: list[tuple[int, int]]) -> None:
    """Each step adds an item to one of the sequences that there are by then."""
    grown, expected = [Growing[int]()], list[tuple[int, ...]]([()])
    for chosen, item in steps:
        place = chosen % len(grown)
        grown.append(grown[place].plus(item))
        expected.append((*expected[place], item))
    assert [tuple(one) for one in grown] == expected
    assert [len(one) for one in grown] == [len(one) for one in expected]


@given(st.lists(st.integers(), max_size=8), st.integers(-10, 10), st.slices(8))
def test_it_is_indexed_as_a_tuple_is(items: list[int], index: int, part: slice) -> None:
    longer = Growing(items).plus(0)
    same: Sequence[int] = (*items, 0)
    for one, other in ((longer, same), (Growing(items), tuple(items))):
        assert list(one[part]) == list(other[part])
        if -len(other) <= index < len(other):
            assert one[index] == other[index]
        else:
            with pytest.raises(IndexError):
                one[index]


def test_what_was_added_later_is_not_seen() -> None:
    first = Growing([1, 2])
    iterator = iter(first)
    second = first.plus(3)
    assert list(iterator) == [1, 2] == list(first)
    assert first[-1] == 2 and second[-1] == 3
    assert 3 not in first and 3 in second
    with pytest.raises(IndexError):
        first[2]


def test_it_copies_what_it_is_made_of() -> None:
    items = [1, 2]
    made = Growing(items)
    items.append(3)
    assert list(made) == [1, 2]


def test_equal_items_make_equal_sequences() -> None:
    assert Growing([1]).plus(2) == Growing([1, 2]) != Growing([1])
    assert Growing([1, 2]) != [1, 2]
    assert repr(Growing([1, 2])) == "Growing([1, 2])"
    with pytest.raises(TypeError):
        hash(Growing())


def test_threads_that_grow_the_same_sequence_do_not_mix() -> None:
    at_once = Barrier(4)

    def grow(shared: Growing[int], name: int, grown: list[tuple[int, Growing[int]]]) -> None:
        at_once.wait()
        grown.append((name, shared.plus(name).plus(name)))

    for _ in range(200):
        shared, grown = Growing([0]), list[tuple[int, Growing[int]]]()
        threads = [Thread(target=grow, args=(shared, name, grown)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted((name, list(one)) for name, one in grown) == [
            (name, [0, name, name]) for name in range(4)
        ]
