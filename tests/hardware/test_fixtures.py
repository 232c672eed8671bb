"""Five real exchanges are read rightly, however the bytes fall."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hardware.listening import (
    FIXTURES,
    Heard,
    calls,
    expected,
    in_groups,
    listen,
    plain,
    reports,
    rings,
    trace,
)

each_exchange = pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)


def told(heard: list[Heard]) -> dict[str, object]:
    events = listen(heard)
    found = [
        {
            "number": one.number or None,
            "number_presentation": one.presentation,
            "name": one.name or None,
            "name_presentation": one.name_presentation,
            "date": one.sent_date,
            "time": one.sent_time,
            "checksum_ok": one.checksum_ok,
        }
        for one in reports(events)
    ]
    return {"rings": rings(events), "calls": calls(events), "caller_ids": found}


def agrees(heard: list[Heard], must: dict[str, object]) -> None:
    found = told(heard)
    for mine, theirs in zip(found["caller_ids"], must["caller_ids"], strict=True):
        assert {key: mine[key] for key in theirs} == theirs
    assert {key: found[key] for key in ("rings", "calls")} == {key: must[key] for key in ("rings", "calls")}


def test_all_five_are_there():
    assert len(FIXTURES) == 5


@each_exchange
def test_an_exchange_is_read_as_it_came(path: Path):
    agrees(trace(path), expected(path))


@each_exchange
def test_an_exchange_is_read_the_same_one_byte_at_a_time(path: Path):
    single = [Heard(one.at_ms, bytes((byte,))) for one in in_groups(trace(path)) for byte in one.data]
    agrees(single, expected(path))


@each_exchange
def test_an_exchange_is_read_the_same_with_a_pause_at_every_place(path: Path):
    heard = trace(path)
    for n, one in enumerate(heard):
        for at in range(1, len(one.data)):
            cut = [Heard(one.at_ms, one.data[:at]), Heard(one.at_ms + 90, one.data[at:])]
            agrees(
                [*heard[:n], *cut, *(Heard(max(late.at_ms, one.at_ms + 90), late.data) for late in heard[n + 1 :])],
                expected(path),
            )


@each_exchange
@given(data=st.data())
def test_an_exchange_is_read_the_same_in_any_pieces(path: Path, data: st.DataObject):
    whole = in_groups(trace(path))
    pieces = []
    for one in whole:
        cuts = data.draw(st.lists(st.integers(1, len(one.data) - 1), max_size=12).map(sorted))
        pieces += [Heard(one.at_ms, one.data[low:high]) for low, high in pairwise([0, *cuts, len(one.data)])]
    assert plain(listen(pieces)) == plain(listen(whole))
    agrees(pieces, expected(path))


def test_the_card_comes_before_the_second_ring_and_soon_after_the_number():
    for path in FIXTURES:
        events = listen(trace(path))
        first = next(event for event in events if event is reports(events)[0])
        number = max(
            one.at_ms for one in trace(path) if b"NMBR" in one.data or b" = 9" in one.data or b"\r\n80" in one.data
        )
        assert first.tick_ms - number <= 150, path.stem
