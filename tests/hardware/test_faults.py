"""What goes wrong in the field, each fault of spec/modem.md 9 that happens between modem and box.

Those of cable, kernel and other programs stand in `test_cable.py`.
"""

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
from tests.hardware.wired import next_call_is_read, talking, wire

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
    wired = talking(chip)
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


@pytest.mark.parametrize(
    ("refused", "failed"),
    [("+VSM", Answer), ("+VLS", Answer), ("+VTX", Play), ("+VRX", Record)],
    ids=str,
)
def test_whatever_a_modem_refuses_the_next_call_is_told(refused: str, failed: type):
    wired = wire()
    wired.device.refuses = {refused}
    wired.device.ring()
    wired.run(2_500)
    wired.do(Answer()).do(Play(pcm=voice(200).tobytes())).do(Record()).run(6_000)
    assert (failed, "refused") in [(type(event.command), event.why) for event in wired.told(Failed)]
    wired.do(HangUp()).run(30_000)
    assert not wired.device.off_hook
    wired.device.refuses = set()
    next_call_is_read(wired)


@pytest.mark.parametrize("refused", ["+VLS", "+VSM"])
def test_a_conversation_that_cannot_be_joined_is_not_recorded(refused: str):
    wired = wire()
    wired.device.refuses = {refused}
    wired.do(Record(handset=True)).run(6_000)
    assert [event.why for event in wired.told(Failed)] == ["refused"]
    assert not wired.told(Answered)
    next_call_is_read(wired)


def test_a_modem_that_runs_dry_is_fed_further_ahead():
    wired = talking()
    wired.do(Play(pcm=voice(6_000).tobytes())).run(1_500)
    for _ in range(3):
        wired.device.code("u")
        wired.run(100)
    wired.run(10_000)
    assert [(event.whole, event.underruns) for event in wired.told(Played)] == [(True, 2)]


def test_sound_that_is_lost_twice_is_told_as_trouble_once():
    wired = talking()
    wired.do(Record()).run(500)
    for _ in range(2):
        wired.clock.ticks += 300
        wired.device._streamed_ms = wired.clock.ticks
        wired.device.code("o")
        wired.run(400)
    wired.do(StopRecording()).run(1_000)
    assert [event.what for event in wired.told(Troubled)] == ["sound_lost"]
    assert wired.told(Recorded)[0].missing > 4_000


def test_codes_that_make_no_sense_now_change_nothing():
    wired = talking()
    before = len(wired.events)
    for mark in "uoPwb.XY":
        wired.device.code(mark)
    wired.device.code(".")
    wired.run(1_000)
    assert not [event for event in wired.events[before:] if isinstance(event, HungUp)]
    wired.do(HangUp()).run(6_000)
    wired.device.switches.service = "8"
    for mark in "u5bl":
        wired.device.code(mark)
    wired.run(1_000)
    assert len(wired.told(HungUp)) == 1


def test_what_is_played_when_the_modem_goes_was_not_heard_whole():
    wired = talking()
    wired.do(Play(pcm=voice(3_000).tobytes())).run(1_000)
    wired.modem.lost("unplugged")
    assert [event.whole for event in wired.run(1).told(Played)] == [False]


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
    wired = talking()
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
        wired = talking(chip)
        wired.device.sound.feed(voice(8_000))
        wired.do(Record()).run(1_000)
        for mark in "ddii":
            wired.device.code(mark)
            wired.run(700)
        wired.device.code("b")
        wired.run(4_000)
        assert not wired.told(HungUp)
        assert not [event for event in wired.told(Tone) if event.what == "busy"]


# ---- the cable goes


def test_what_was_recorded_is_kept_when_the_modem_goes():
    wired = talking()
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
