"""Recording what is said to the box and on the shop's own telephone (spec/modem.md 4.5, 4.6)."""

import pytest

from appliance.demo.modem.chips import CONEXANT
from appliance.demo.modem.sounds import silence, tone, voice
from appliance.hardware.line import (
    Answer,
    Answered,
    Dtmf,
    Failed,
    Handset,
    HangUp,
    HungUp,
    Level,
    Play,
    Record,
    Recorded,
    Sound,
    StopRecording,
    Tone,
    Troubled,
)
from appliance.hardware.modem.formats import decode
from appliance.hardware.modem.session import Settings
from tests.hardware.wired import EVERY_CODE, VOICES, done, recorded, talking, wire

each_voice = pytest.mark.parametrize("chip", VOICES, ids=lambda chip: chip.name)


# ---- record


@each_voice
@pytest.mark.parametrize("cut", [None, 7])
def test_a_recording_is_what_was_said_sample_for_sample(chip, cut):
    wired = talking(chip, cut=cut)
    wired.device.sound.feed(EVERY_CODE)
    wired.do(Record()).run(4_000)
    wired.do(StopRecording()).run(1_000)
    end = wired.told(Recorded)[0]
    assert (end.why, end.whole, end.samples) == ("asked", True, len(recorded(wired)) // 2)
    assert decode(EVERY_CODE, wired.modem.session.format.coding) in recorded(wired)
    assert wired.device.off_hook
    assert done(wired)[-2:] == ["StopRecording", "Record"]


def test_what_lies_between_the_order_to_stop_and_the_end_belongs_to_the_recording():
    wired = talking()
    wired.do(Record()).run(1_000)
    session = wired.modem.session
    session.cut = True
    wired.modem.tick()
    wired.modem.hear(b"tail\x10\x10\x10\x03\r\nOK\r\n")
    wired.run(500)
    assert recorded(wired).endswith(decode(b"tail\x10", "unsigned"))


def test_levels_are_told_while_somebody_speaks():
    wired = talking()
    wired.device.sound.feed(tone((1000,), 4_000, loudness=12_000))
    wired.do(Record()).run(5_000)
    assert max(event.peak for event in wired.told(Level)) > 11_000


def test_a_recording_ends_by_itself_when_nobody_speaks():
    wired = talking()
    wired.device.sound.feed(voice(3_000))
    wired.do(Record(silence_ms=2_000)).run(12_000)
    assert [event.why for event in wired.told(Recorded)] == ["silence"]
    assert wired.told(Recorded)[0].samples < 7 * 8_000
    assert wired.device.off_hook


def test_a_recording_ends_when_it_is_long_enough():
    wired = talking()
    wired.do(Record(most_ms=3_000)).run(6_000)
    end = wired.told(Recorded)[0]
    assert (end.why, 23_000 < end.samples < 26_000) == ("full", True)


def test_a_recording_may_say_that_it_is_one():
    wired = talking(settings=Settings(beep="[1400,0,50]"))
    wired.do(Record(beep=True)).run(2_000)
    assert wired.device.pressed == ["[1400,0,50]"]


def test_busy_tone_in_the_sound_ends_the_call():
    wired = talking()
    wired.device.sound.feed(voice(2_000))
    wired.do(Record()).run(3_000)
    wired.device.caller_hangs_up()
    wired.run(6_000)
    assert [(event.what, event.by) for event in wired.told(Tone)] == [("busy", "box")]
    assert [event.why for event in wired.told(Recorded)] == ["hung_up"]
    assert [event.how for event in wired.told(HungUp)] == ["answered"]
    assert wired.told(HungUp)[0].talked_ms > 3_000
    assert not wired.device.off_hook


@pytest.mark.parametrize("how", [{"loop": True}, {"codes": True}])
def test_the_modem_may_notice_the_end_before_the_box_does(how):
    wired = talking()
    wired.do(Record()).run(3_000)
    wired.device.sound.clear()
    wired.device.caller_hangs_up(**how)
    wired.run(5_000)
    assert [event.how for event in wired.told(HungUp)] == ["answered"]


def test_keys_that_the_caller_presses_are_told_once_each():
    for framed in (True, False):
        wired = talking()
        wired.do(Record()).run(500)
        wired.device.press("0155#*", framed=framed)
        wired.run(4_000)
        assert [event.key for event in wired.told(Dtmf)] == list("0155#*")
        assert recorded(wired) == decode(bytes((0x80,)) * (len(recorded(wired)) // 2), "unsigned")


def test_keys_are_heard_between_recordings_and_during_play_too():
    wired = talking()
    wired.device.press("1")
    wired.run(1_000)
    wired.do(Play(pcm=silence(3_000).tobytes())).run(1_000)
    wired.device.press("2")
    wired.run(1_000)
    assert [event.key for event in wired.told(Dtmf)] == ["1", "2"]


def test_sound_that_the_modem_lost_is_counted():
    wired = talking()
    wired.do(Record()).run(1_000)
    wired.device._owes_overrun = True
    wired.device._streamed_ms += 0
    wired.device.sound.feed(bytes(800))
    wired.clock.ticks += 500
    wired.device._streamed_ms = wired.clock.ticks
    wired.run(500)
    wired.do(StopRecording()).run(1_000)
    end = wired.told(Recorded)[0]
    assert 3_500 <= end.missing <= 4_500
    assert not end.whole
    assert sum(event.missing for event in wired.told(Sound)) == end.missing
    assert [event.what for event in wired.told(Troubled)] == ["sound_lost"]


def test_a_modem_that_falls_silent_in_a_recording_does_not_hold_the_line():
    wired = talking()
    wired.device.sound.feed(voice(1_000))
    wired.do(Record()).run(1_500)
    wired.device.deaf = True
    wired.run(40_000, until=lambda: wired.modem.hung)
    assert [event.why for event in wired.told(Recorded)] == ["lost"]
    assert wired.modem.hung
    assert len(recorded(wired)) > 2 * 8_000


# ---- the shop's own telephone


def test_a_conversation_on_the_shops_telephone_is_recorded_to_its_end():
    wired = wire()
    wired.device.ring()
    wired.run(6_500)
    wired.device.sound.feed(voice(5_000))
    wired.do(Record(handset=True)).run(4_000)
    assert "AT+VLS=3" in wired.device.commands
    assert [event.by for event in wired.told(Answered)] == ["handset"]
    wired.device.handset(lifted=False)
    wired.run(3_000)
    assert [event.lifted for event in wired.told(Handset)] == [False]
    assert [event.why for event in wired.told(Recorded)] == ["hung_up"]
    assert [event.how for event in wired.told(HungUp)] == ["answered"]
    assert len({event.call for event in wired.events if getattr(event, "call", "")}) == 1


def test_a_call_that_the_shop_began_can_be_recorded_from_its_dial_tone_on():
    wired = wire()
    wired.device.sound.feed(tone((450,), 5_000), voice(3_000))
    wired.do(Record(handset=True)).run(8_000)
    assert [event.what for event in wired.told(Tone)] == ["dial"]
    assert not wired.told(Recorded)
    wired.do(StopRecording()).do(HangUp()).run(5_000)
    assert [event.why for event in wired.told(Recorded)] == ["asked"]


def test_nobody_listens_to_a_dial_tone_for_long():
    wired = wire()
    wired.device.sound.feed(tone((450,), 60_000))
    wired.do(Record(handset=True)).run(30_000)
    assert [event.why for event in wired.told(Recorded)] == ["hung_up"]
    assert not wired.device.off_hook


def test_what_was_meant_for_a_caller_who_is_gone_is_done_to_nobody():
    wired = wire()
    wired.do(Answer()).do(Play(pcm=b"")).do(Record()).run(5_000)
    assert [event.why for event in wired.told(Failed)] == ["no_call"] * 3
    assert not [command for command in wired.device.commands if "+VLS=1" in command or "+VLS=3" in command]


def test_a_modem_without_a_socket_for_it_listens_as_a_second_telephone():
    from dataclasses import replace

    wired = wire(replace(CONEXANT, states=CONEXANT.states[:3]))
    wired.do(Record(handset=True)).run(2_000)
    assert "AT+VLS=1" in wired.device.commands
    assert wired.told(Sound)
