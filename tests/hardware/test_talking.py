"""Answering, playing and hanging up (spec/modem.md 4.5), each chip by its own manners."""

from array import array

import pytest

from appliance.demo.modem import Incoming
from appliance.demo.modem.chips import AGERE, DATA, USR
from appliance.demo.modem.sounds import tone, voice
from appliance.hardware.line import (
    Answer,
    Answered,
    Caller,
    Check,
    Done,
    Failed,
    HangUp,
    HungUp,
    Play,
    Played,
    Record,
    Recorded,
    Reject,
    Ring,
    SendDtmf,
    SetGain,
    StopPlaying,
)
from appliance.hardware.modem.formats import decode, encode
from tests.hardware.wired import EVERY_CODE, VOICES, done, recorded, talking, wire

each_voice = pytest.mark.parametrize("chip", VOICES, ids=lambda chip: chip.name)


# ---- answer


def test_an_answer_waits_for_the_number():
    wired = wire()
    wired.device.ring(Incoming(report_after_ms=1_900))
    wired.run(1_100)
    wired.do(Answer()).run(6_000)
    assert wired.names().index("Caller") < wired.names().index("Answered")
    assert wired.told(Caller)[0].number == "13800138000"


def test_an_answer_without_a_number_waits_for_the_second_ring():
    wired = wire()
    wired.device.ring(Incoming(""))
    wired.run(1_100)
    wired.do(Answer()).run(12_000)
    assert len(wired.told(Ring)) == 2
    assert wired.told(Answered)


def test_nobody_answers_a_line_that_does_not_ring():
    wired = wire()
    wired.do(Answer()).run(10_000)
    assert [event.why for event in wired.told(Failed)] == ["no_call"]
    assert "AT+VLS=1" not in wired.device.commands


def test_rings_that_were_queued_before_the_answer_make_no_second_call():
    wired = wire(USR)
    wired.device.ring()
    wired.run(2_500)
    wired.do(Answer()).run(4_000, until=lambda: bool(wired.told(Answered)))
    wired.modem.hear(b"\r\nRING\r\n")
    wired.run(2_000)
    assert len({event.call for event in wired.told(Ring)}) == 1


# ---- play


@each_voice
def test_what_is_played_is_what_is_heard(chip):
    wired = talking(chip)
    pcm = decode(EVERY_CODE, "unsigned")
    wired.do(Play(pcm=pcm)).run(4_000)
    coding = wired.modem.session.format.coding
    assert bytes(wired.device.speaker.heard) == encode(pcm, coding)
    assert [(event.whole, event.underruns) for event in wired.told(Played)] == [(True, 0)]
    assert done(wired) == ["Answer", "Play"]


def test_a_greeting_is_never_far_ahead_of_the_ear():
    wired = talking()
    wired.do(Play(pcm=voice(10_000).tobytes()))
    for _ in range(100):
        wired.run(50)
        assert len(wired.device.speaker._queue) <= 8_000
    assert wired.device.speaker.starved == 0


def test_a_stop_is_heard_within_a_second():
    for chip in VOICES:
        wired = talking(chip)
        wired.do(Play(pcm=tone((500,), 6_000).tobytes())).run(3_000)
        begun = wired.clock.ticks
        wired.do(StopPlaying()).run(5_000, until=lambda wired=wired: bool(wired.told(Played)))
        assert wired.clock.ticks - begun < 1_000
        assert [event.whole for event in wired.told(Played)] == [False]
        assert wired.device.off_hook


def test_a_stop_before_the_play_begins_withdraws_it():
    wired = talking()
    wired.do(Play(pcm=voice(5_000).tobytes())).do(Play(pcm=voice(5_000).tobytes())).do(StopPlaying()).run(3_000)
    assert [event.why for event in wired.told(Failed)] == ["dropped"]
    assert [event.whole for event in wired.told(Played)] == [False]


def test_a_caller_who_hangs_up_hears_no_more():
    wired = talking()
    wired.do(Play(pcm=tone((500,), 6_000).tobytes())).do(Record()).run(3_000)
    wired.device.caller_hangs_up(loop=True)
    wired.run(5_000)
    assert [event.whole for event in wired.told(Played)] == [False]
    assert [(type(event.command), event.why) for event in wired.told(Failed)] == [(Record, "no_call")]
    assert [event.how for event in wired.told(HungUp)] == ["answered"]


def test_greeting_beep_and_recording_follow_each_other():
    wired = wire()
    wired.device.ring()
    wired.run(2_500)
    wired.do(Answer()).do(Play(pcm=voice(2_000).tobytes())).do(Record(beep=True)).run(8_000)
    wired.do(HangUp()).run(5_000)
    assert done(wired) == ["Answer", "Play", "Record", "HangUp"]
    assert [event.why for event in wired.told(Recorded)] == ["asked"]
    assert [event.how for event in wired.told(HungUp)] == ["answered"]


# ---- hang up, reject


@each_voice
def test_after_a_call_the_line_waits_for_the_next_one(chip):
    wired = talking(chip)
    wired.do(HangUp()).run(6_000)
    assert not wired.device.off_hook
    assert (wired.device.switches.service, wired.device.switches.numbers) == ("0", 1)
    wired.device.ring(Incoming("13900139000"))
    wired.run(3_000)
    assert wired.told(Caller)[-1].number == "13900139000"


def test_hanging_up_takes_long_enough_for_the_exchange_to_see_it():
    wired = talking()
    lifted = wired.told(Answered)[0].tick_ms
    wired.do(HangUp()).run(6_000)
    assert wired.told(HungUp)[0].tick_ms - lifted >= 1_500


def test_hanging_up_while_answering_ends_the_call():
    wired = wire()
    wired.device.ring()
    wired.run(2_500)
    wired.do(Answer()).run(200)
    wired.do(HangUp()).run(6_000)
    assert not wired.device.off_hook
    assert not wired.modem.session.ending
    assert wired.told(HungUp)


def test_there_is_nothing_to_hang_up_on_a_quiet_line():
    wired = wire().do(HangUp()).run(1_000)
    assert [event.why for event in wired.told(Failed)] == ["no_call"]


def test_a_call_is_turned_away_by_lifting_briefly():
    wired = wire()
    wired.device.ring()
    wired.run(2_500)
    wired.do(Reject()).run(6_000)
    assert [event.how for event in wired.told(HungUp)] == ["rejected"]
    assert wired.device.incoming is None
    assert not wired.device.off_hook
    wired.do(Reject()).run(1_000)
    assert [event.why for event in wired.told(Failed)] == ["no_call"]


def test_a_line_that_nobody_uses_is_put_down():
    wired = talking().run(70_000)
    assert [event.how for event in wired.told(HungUp)] == ["answered"]


def test_a_call_ends_after_two_hours():
    wired = talking()
    wired.do(Record(most_ms=1 << 40))
    wired.modem.calls.call.begun_ms -= 2 * 3600 * 1000 - 12_000
    wired.run(4_000)
    assert not wired.told(HungUp)
    wired.run(10_000)
    assert [event.how for event in wired.told(HungUp)] == ["answered"]


# ---- a second caller


def test_a_second_caller_knocks_and_is_told_apart():
    wired = talking()
    wired.do(Record()).run(4_000)
    wired.device.code("w")
    wired.run(300)
    wired.device.out += b"\x10XCIDM\r\nDATE=1123\r\nTIME=1410\r\nNMBR=13900139000\x10."
    wired.run(2_000)
    told = [(event.number, event.waiting) for event in wired.told(Caller)]
    assert told == [("13800138000", False), ("", True), ("13900139000", True)]
    assert len({event.call for event in wired.told(Caller)}) == 2
    wired.do(HangUp()).run(20_000)
    assert sorted(event.how for event in wired.told(HungUp)) == ["answered", "stopped"]
    assert all(sample == 0 for sample in array("h", recorded(wired)))


# ---- loudness, limits


def test_loudness_stays_within_what_the_modem_allows():
    wired = talking(USR)
    wired.do(SetGain(hear=200, speak=10)).run(1_000)
    assert wired.device.switches.values["+VGR"] == "144"
    assert wired.device.switches.values["+VGT"] == "112"


def test_a_flood_of_commands_is_bounded_and_each_is_answered():
    wired = wire()
    for _ in range(100):
        wired.do(Check())
    wired.run(60_000)
    assert len(wired.told(Done)) + len(wired.told(Failed)) == 100
    assert {event.why for event in wired.told(Failed)} == {"dropped"}


def test_a_data_modem_refuses_to_speak_and_goes_on_telling_numbers():
    wired = wire(DATA)
    wired.device.ring()
    wired.run(6_500)
    wired.do(Answer()).do(Record()).do(Play(pcm=b"")).do(SendDtmf(keys="1")).run(8_000)
    assert {event.why for event in wired.told(Failed)} == {"refused", "no_call"}
    assert not wired.device.off_hook
    wired.run(30_000)
    wired.device.ring(Incoming("13900139000"))
    wired.run(3_000)
    assert wired.told(Caller)[-1].number == "13900139000"


def test_hanging_up_resets_the_class_of_some_and_is_put_right():
    wired = talking(AGERE)
    wired.do(HangUp()).run(6_000)
    wired.device.ring(Incoming("13900139000"))
    wired.run(2_500)
    wired.do(Answer()).run(3_000)
    assert len(wired.told(Answered)) == 2
