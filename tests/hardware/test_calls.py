"""Rings and reports become calls: one id from the first sign to the one end (spec/modem.md 1, 3.6, 3.7)."""

import pytest

from appliance.hardware.line import Caller, Event, HungUp, Ring, Troubled
from tests.hardware.listening import Heard, caller, calls, listen, reports, rings

LI_NA = b"\r\nDATE = 1123\r\nTIME = 1405\r\nNMBR = 13800138000\r\n"
WANG = b"\r\nDATE = 1123\r\nTIME = 1406\r\nNMBR = 13900139000\r\n"
BELL = b"\r\nRING\r\n"


def heard(*parts: tuple[int, bytes]) -> list[Event]:
    return listen([Heard(at, data) for at, data in parts])


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_a_call_has_one_id_and_one_end():
    events = heard((0, BELL), (1_200, LI_NA), (5_000, BELL), (10_000, BELL))
    assert names(events) == ["Ring", "Caller", "Ring", "Ring", "HungUp"]
    assert len({event.call for event in events}) == 1
    end = events[-1]
    assert isinstance(end, HungUp)
    assert (end.how, end.rings, end.rang_ms, end.talked_ms) == ("stopped", 3, 10_000, 0)


def test_the_number_is_told_at_once_with_a_name_and_a_moment_later_without():
    named = heard((0, BELL), (1_200, LI_NA + b"NAME = LI NA\r\n"))
    alone = heard((0, BELL), (1_200, LI_NA))
    assert [event.tick_ms for event in named if isinstance(event, Caller)] == [1_200]
    assert [event.tick_ms for event in alone if isinstance(event, Caller)] == [1_320]


def test_a_name_that_comes_late_is_told_as_a_correction():
    events = heard((0, BELL), (1_200, LI_NA), (1_500, b"NAME = LI NA\r\n"))
    assert [(event.number, event.name) for event in events if isinstance(event, Caller)] == [
        ("13800138000", ""),
        ("13800138000", "LI NA"),
    ]


@pytest.mark.parametrize("late_ms", [600, 3_000])
def test_a_name_after_the_report_has_ended_still_belongs_to_the_call(late_ms: int):
    events = heard((0, BELL), (1_200, LI_NA), (1_200 + late_ms, b"NAME = LI NA\r\n"))
    assert [(one.number, one.name) for one in reports(events)] == [("13800138000", "LI NA")]
    assert calls(events) == 1


def test_at_the_second_ring_it_is_told_that_nobody_knows():
    events = heard((0, BELL), (5_000, BELL), (10_000, BELL))
    told = [event for event in events if isinstance(event, Caller)]
    assert [(event.presentation, event.number, event.tick_ms) for event in told] == [("absent", "", 5_000)]


def test_a_number_after_the_second_ring_replaces_the_unknown():
    events = heard((0, BELL), (5_000, BELL), (6_200, LI_NA))
    assert [event.presentation for event in events if isinstance(event, Caller)] == ["absent", "allowed"]


def test_a_single_ring_is_no_card():
    events = heard((0, BELL))
    assert names(events) == ["Ring", "HungUp"]
    assert [event.rings for event in events if isinstance(event, HungUp)] == [1]


def test_rings_that_waited_in_the_modem_are_no_second_ring():
    events = heard((0, BELL + BELL))
    assert (rings(events), names(events)) == (2, ["Ring", "Ring", "HungUp"])


def test_a_report_before_the_first_ring_opens_the_call():
    events = heard((0, LI_NA), (1_000, BELL), (4_000, BELL))
    assert names(events) == ["Caller", "Ring", "Ring", "HungUp"]
    assert calls(events) == 1


def test_a_report_without_any_ring_ends_by_itself():
    events = heard((0, LI_NA))
    assert names(events) == ["Caller", "HungUp"]
    assert [(event.rings, event.rang_ms) for event in events if isinstance(event, HungUp)] == [(0, 0)]


def test_the_call_is_given_up_after_one_and_a_half_periods():
    def rests(*at: int) -> int:
        end = heard(*((ms, BELL) for ms in at))[-1]
        return end.tick_ms - at[-1]

    assert rests(0, 5_000) == 7_500
    assert rests(0, 3_000) == 7_000
    assert rests(0, 8_000) == 10_000
    assert rests(0) == 9_000
    assert rests(0, 4_000, 10_000) == 9_000


def test_the_next_call_begins_after_the_last():
    events = heard((0, BELL), (1_200, LI_NA), (5_000, BELL), (30_000, BELL), (31_200, WANG), (35_000, BELL))
    assert [one.number for one in reports(events)] == ["13800138000", "13900139000"]
    assert calls(events) == 2


def test_who_calls_right_after_another_is_another_call():
    events = heard((0, BELL), (1_200, LI_NA), (6_000, BELL), (7_200, WANG), (11_000, BELL))
    assert [one.number for one in reports(events)] == ["13800138000", "13900139000"]
    assert calls(events) == 2


@pytest.mark.parametrize("again", [LI_NA, LI_NA.replace(b"13800138000", b"O"), LI_NA.replace(b"138", b"1\xff8")])
def test_a_report_that_comes_again_masked_or_harmed_changes_nothing(again: bytes):
    events = heard((0, BELL), (1_200, LI_NA), (5_000, BELL), (6_200, again))
    assert [(one.number, one.doubtful) for one in reports(events)] == [("13800138000", False)]
    assert calls(events) == 1


def test_a_sound_report_after_a_harmed_one_is_believed():
    harmed = LI_NA.replace(b"138001", b"1380\xff1")
    events = heard((0, BELL), (1_200, harmed), (5_000, BELL), (6_200, LI_NA))
    assert [(one.number, one.doubtful) for one in reports(events)] == [("13800138000", False)]


def test_the_second_date_begins_a_second_report():
    events = heard((0, BELL), (1_200, LI_NA + LI_NA))
    assert [one.number for one in reports(events)] == ["13800138000"]


def test_three_calls_without_a_number_ask_for_help():
    parts = [(n * 60_000 + ring, BELL) for n in range(4) for ring in (0, 5_000)]
    events = heard(*parts)
    assert [event.what for event in events if isinstance(event, Troubled)] == ["calls_without_number"]
    mixed = heard(*parts[:4], (110_000, BELL), (111_200, LI_NA), *parts[4:])
    assert [event for event in mixed if isinstance(event, Troubled)] == []


def test_a_burst_of_rings_has_a_pattern():
    short = (b"\r\nDRON=4\r\n", b"\r\nDROF=4\r\n")
    parts = [(0, b"\r\nDROF=65000\r\n" + short[0]), (400, short[1] + short[0]), (900, BELL)]
    found = [event for event in heard(*parts) if isinstance(event, Ring)]
    assert [event.cadence for event in found] == ["SS"]


def test_a_modem_that_tells_only_the_parts_of_rings_rings_too():
    ring = b"\r\nDROF=40\r\n\r\nDRON=10\r\n"
    events = heard((0, ring), (5_000, ring))
    assert [event.cadence for event in events if isinstance(event, Ring)] == ["L", "L"]
    assert calls(events) == 1


def test_the_report_ends_what_it_says_when_the_bell_rings():
    events = heard((0, BELL), (1_200, LI_NA + BELL))
    assert names(events) == ["Ring", "Caller", "Ring", "HungUp"]


def test_the_raw_report_stays_with_the_caller_for_whoever_has_to_look():
    assert b"NMBR = 13800138000" in caller(b"NMBR = 13800138000").raw
