"""What goes wrong in the field, each fault of spec/modem.md 9 that happens between modem and box.

Those of cable, kernel and other programs stand in `test_cable.py`.
"""

import random

import pytest

from appliance.demo.modem import CHIPS, Incoming
from appliance.demo.modem.chips import CONEXANT, USR
from appliance.demo.modem.sounds import voice
from appliance.hardware.line import (
    Answer,
    Answered,
    Caller,
    Failed,
    Found,
    HangUp,
    HungUp,
    Play,
    Played,
    Record,
    Recorded,
    Ring,
    Sound,
    StopRecording,
    Tone,
    Troubled,
)
from tests.hardware.wired import Wired, wire


def next_call_is_read(wired: Wired, number: str = "13900139000") -> None:
    """The next call, half a minute later, is told rightly and once."""
    wired.run(30_000)
    before = len(wired.events)
    wired.device.ring(Incoming(number, "LI NA"))
    wired.run(40_000)
    told = [event for event in wired.events[before:] if isinstance(event, Caller)]
    assert [(event.number, event.doubtful) for event in told] == [(number, False)]
    assert len({event.call for event in wired.events[before:] if isinstance(event, Ring | Caller | HungUp)}) == 1


def answered(chip=CONEXANT) -> Wired:
    wired = wire(chip)
    wired.device.ring()
    wired.run(2_500)
    wired.do(Answer()).run(4_000)
    assert wired.told(Answered)
    return wired


# ---- the modem hangs


def test_an_idle_modem_that_hangs_is_noticed():
    wired = wire()
    wired.device.deaf = True
    wired.run(120_000, until=lambda: wired.modem.hung)
    assert wired.modem.hung


def test_a_modem_that_only_pauses_is_not_given_up():
    wired = wire()
    wired.run(59_000)
    wired.device.deaf = True
    wired.run(3_000)
    wired.device.deaf = False
    wired.run(60_000)
    assert not wired.modem.hung
    next_call_is_read(wired)


def test_a_command_that_was_lost_in_a_ring_is_said_again():
    wired = wire()
    wired.run(60_000 - 1)
    wired.device._printing_until = wired.clock.ticks + 500
    wired.run(10_000)
    assert not wired.modem.hung
    next_call_is_read(wired)


# ---- what it forgets and refuses


def test_a_modem_that_forgets_to_report_is_reminded_within_a_minute():
    wired = wire()
    wired.device.switches.numbers = 0
    wired.run(61_000)
    assert wired.device.switches.numbers == 1
    next_call_is_read(wired)


def test_a_call_without_a_report_is_a_reason_to_remind():
    wired = wire()
    wired.device.switches.numbers = 0
    wired.device.ring(Incoming(rings=2))
    wired.run(25_000)
    assert wired.device.switches.numbers == 1
    next_call_is_read(wired)


@pytest.mark.parametrize("chip", [chip for chip in CHIPS.values() if chip.name != "data"], ids=lambda chip: chip.name)
def test_reports_are_on_after_every_call_with_the_box(chip):
    wired = answered(chip)
    wired.device.switches.numbers = 0
    wired.do(HangUp()).run(6_000)
    assert wired.device.switches.numbers == 1


def test_a_modem_that_refuses_to_speak_is_a_source_of_numbers_and_is_asked_again():
    wired = wire()
    wired.device.refuses_voice = True
    wired.device.ring()
    wired.run(2_500)
    wired.do(Answer()).run(60_000)
    assert [event.why for event in wired.told(Failed)] == ["refused"]
    assert [event.what for event in wired.told(Troubled)] == ["no_voice"]
    assert [event.can.voice for event in wired.told(Found)] == [True, False]
    next_call_is_read(wired)
    wired.device.refuses_voice = False
    wired.run(3_700_000)
    assert wired.told(Found)[-1].can.voice
    assert [event.what for event in wired.told(Troubled)] == ["no_voice", "recovered"]


def test_a_late_ok_after_lifting_is_waited_for():
    wired = wire(USR)
    wired.device.ring()
    wired.run(2_500)
    wired.device.late_ms = 1_500
    wired.do(Answer()).run(15_000)
    assert wired.told(Answered)


def test_a_modem_that_never_says_that_it_lifted_is_put_down_again():
    from dataclasses import replace

    wired = wire(replace(CONEXANT, lifts_ms=8_000))
    wired.device.ring(Incoming(rings=2))
    wired.run(2_500)
    wired.do(Answer()).run(20_000)
    assert [event.why for event in wired.told(Failed)] == ["late"]
    next_call_is_read(wired)


# ---- what it says without being asked


@pytest.mark.parametrize(
    "stray", [b"OK", b"ERROR", b"NO CARRIER", b"AT+GCAP", b"+GCAP: +FCLASS", b"DIGITAL LINE DETECTED"]
)
def test_words_nobody_asked_for_change_nothing(stray: bytes):
    wired = wire()
    for wait in (10, 60_010, 15):
        wired.run(wait)
        wired.device.say(stray)
    wired.run(500)
    next_call_is_read(wired)


def test_another_program_that_asks_the_modem_does_not_put_us_off():
    """ModemManager sends AT commands of its own: their echo and their answers come to us."""
    wired = wire(start=False)
    wired.modem.start()
    for n in range(60):
        wired.run(40)
        if n % 3 == 0:
            wired.device.hear(b"AT+GCAP\r")
    wired.run(20_000)
    assert wired.told(Found)
    next_call_is_read(wired)


def test_no_carrier_in_a_conversation_is_its_end_and_no_error():
    wired = answered()
    wired.device.say(b"NO CARRIER")
    wired.run(5_000)
    assert [event.how for event in wired.told(HungUp)] == ["answered"]
    next_call_is_read(wired)


def test_a_ring_that_is_none_brings_no_card():
    wired = wire()
    wired.device.result("RING")
    wired.run(15_000)
    assert not wired.told(Caller)
    assert [(event.how, event.rings) for event in wired.told(HungUp)] == [("stopped", 1)]
    next_call_is_read(wired)


def test_false_tones_end_no_call():
    for chip in (USR, CONEXANT):
        wired = answered(chip)
        wired.device.sound.feed(voice(8_000))
        wired.do(Record()).run(1_000)
        for mark in "ddii":
            wired.device.code(mark)
            wired.run(700)
        wired.device.code("b")
        wired.run(4_000)
        assert not wired.told(HungUp)
        assert not [event for event in wired.told(Tone) if event.what == "busy"]


# ---- what is harmed on the way


def harmed(how, **call) -> Wired:
    wired = wire()
    wired.device.ring(Incoming(harm=how, rings=2, **call))
    wired.run(25_000)
    return wired


def test_a_report_without_line_ends_is_still_read():
    wired = harmed(lambda report: report.replace(b"\r\n", b"") + b"\r\n", name="LI NA")
    assert [(one.number, one.name, one.doubtful) for one in wired.told(Caller)] == [("13800138000", "LI NA", False)]
    next_call_is_read(wired)


def test_a_report_said_twice_is_told_once():
    wired = harmed(lambda report: report + report, name="LI NA")
    assert len(wired.told(Caller)) == 1
    next_call_is_read(wired)


@pytest.mark.parametrize("at", range(2, 60))
def test_a_report_with_one_wrong_byte_names_nobody_else(at: int):
    def spoil(report: bytes) -> bytes:
        return report[:at] + bytes((report[at] ^ 0x80,)) + report[at + 1 :] if at < len(report) else report

    wired = harmed(spoil, name="LI NA")
    sound = [event.number for event in wired.told(Caller) if event.presentation == "allowed" and not event.doubtful]
    assert set(sound) <= {"13800138000"}
    next_call_is_read(wired)


@pytest.mark.parametrize("left", [5, 20, 30, 38, 44])
def test_a_report_that_breaks_off_names_nobody_else(left: int):
    wired = harmed(lambda report: report[:left])
    sound = [event.number for event in wired.told(Caller) if event.presentation == "allowed" and not event.doubtful]
    assert sound == []
    next_call_is_read(wired)


def test_a_report_in_many_pieces_is_one():
    wired = wire()
    wired.device.ring(Incoming(name="LI NA", pieces=30, gap_ms=50))
    wired.run(40_000)
    assert [(one.number, one.name) for one in wired.told(Caller)][-1] == ("13800138000", "LI NA")
    assert not wired.told(Caller)[-1].doubtful
    assert len(wired.told(HungUp)) == 1


def test_a_report_that_somebody_cut_off_by_lifting_is_no_number():
    wired = wire()
    wired.device.ring(Incoming(rings=1, report_after_ms=1_500))
    wired.run(1_200)
    wired.device.incoming = None
    wired.run(20_000)
    assert not wired.told(Caller)
    next_call_is_read(wired)


# ---- the cable goes


def test_what_was_recorded_is_kept_when_the_modem_goes():
    wired = answered()
    wired.device.sound.feed(voice(3_000))
    wired.do(Record()).do(Play(pcm=voice(1_000).tobytes())).run(2_250)
    wired.gone = True
    wired.modem.lost("unplugged")
    wired.run(1)
    samples = sum(len(event.pcm) // 2 for event in wired.told(Sound))
    end = wired.told(Recorded)[0]
    assert (end.why, end.whole, end.samples) == ("lost", False, samples)
    assert samples > 2 * 8_000 - 800
    assert [event.how for event in wired.told(HungUp)] == ["interrupted"]
    assert [event.why for event in wired.told(Failed)] == ["no_device", "no_device"]
    assert wired.names()[-1] == "Lost"


@pytest.mark.parametrize("after_ms", range(0, 3_000, 190))
def test_the_modem_may_go_at_any_moment(after_ms: int):
    wired = wire(start=False)
    wired.modem.start()
    wired.run(after_ms)
    wired.modem.lost("unplugged")
    wired = wire()
    wired.device.ring()
    wired.run(1_500)
    wired.do(Answer()).do(Play(pcm=voice(500).tobytes())).do(Record()).run(after_ms * 3)
    wired.modem.lost("unplugged")
    wired.run(1)
    assert len(wired.told(HungUp)) == len({event.call for event in wired.told(Ring)})
    assert len(wired.told(Recorded)) <= 1
    assert len(wired.told(Played)) <= 1


# ---- noise


@pytest.mark.parametrize("seed", range(6))
def test_after_any_noise_the_next_call_is_read_rightly(seed: int):
    chance = random.Random(seed)
    wired = wire(cut=seed)
    for _ in range(60):
        wired.device.out += chance.randbytes(chance.randint(1, 3_000))
        wired.run(chance.randint(1, 900))
    if wired.modem.hung:
        wired.modem.lost("hung")
        return
    next_call_is_read(wired)


@pytest.mark.parametrize("seed", range(6))
def test_noise_in_a_conversation_is_at_worst_its_end(seed: int):
    chance = random.Random(seed)
    wired = answered()
    wired.do(Record()).run(500)
    for _ in range(40):
        wired.device.out += chance.randbytes(chance.randint(1, 400))
        wired.run(chance.randint(1, 200))
    wired.do(StopRecording()).do(HangUp()).run(20_000)
    assert len(wired.told(Recorded)) == 1
    assert len(wired.told(HungUp)) >= 1


# ---- the clock jumps


def test_a_clock_that_is_set_changes_no_waiting():
    wired = wire()
    wired.device.ring(Incoming(rings=3))
    wired.run(2_500)
    wired.clock.skew_ms = -10 * 365 * 86_400_000
    wired.run(1_000)
    wired.clock.skew_ms = 86_400_000
    wired.run(30_000)
    assert len(wired.told(Ring)) == 3
    assert [event.rang_ms for event in wired.told(HungUp)] == [10_000]
    assert wired.told(Caller)[0].sent_date == "1123"


def test_a_modem_that_goes_in_the_middle_of_a_report_leaves_no_number_behind():
    wired = wire()
    wired.device.ring(Incoming(pieces=20, gap_ms=50))
    wired.run(2_000 + 400)
    wired.modem.lost("unplugged")
    wired.run(1)
    assert not [event for event in wired.told(Caller) if event.number and not event.doubtful]
