"""Calling from a customer's page (spec/modem.md 4.5)."""

import pytest

from appliance.demo.modem.sounds import tone
from appliance.hardware.line import Answered, Dial, Dialled, Failed, HangUp, HungUp, Play, SendDtmf
from appliance.hardware.modem.session import Settings
from tests.hardware.wired import VOICES, done, talking, wire

each_voice = pytest.mark.parametrize("chip", VOICES, ids=lambda chip: chip.name)


# ---- dial


def test_a_number_is_dialled_for_the_shops_own_telephone():
    wired = wire()
    wired.do(Dial(number="138 0013-8000")).run(20_000)
    assert wired.device.dialled == ["T13800138000;"]
    assert [event.number for event in wired.told(Dialled)] == ["138 0013-8000"]
    assert [event.how for event in wired.told(HungUp)] == ["stopped"]
    assert not wired.device.off_hook
    assert "ATX3" in wired.device.commands


def test_a_number_abroad_is_dialled_with_its_prefix():
    wired = wire(settings=Settings(blind=False))
    wired.do(Dial(number="+852 2345 6789")).run(20_000)
    assert wired.device.dialled == ["T0085223456789;"]
    assert "ATX4" in wired.device.commands


@each_voice
def test_the_box_may_speak_on_a_call_of_its_own(chip):
    wired = wire(chip)
    wired.do(Dial(number="95588", handset=False)).do(Play(pcm=tone((500,), 1_000).tobytes())).run(10_000)
    assert [event.by for event in wired.told(Answered)] == ["them"]
    assert len(wired.device.speaker.heard) == 8_000
    wired.do(SendDtmf(keys="12#")).run(2_000)
    assert wired.device.pressed == ["1,2,#"]
    wired.do(HangUp()).run(5_000)
    assert [event.how for event in wired.told(HungUp)] == ["answered"]


@pytest.mark.parametrize(("far", "how"), [("busy", "busy"), ("silent", "no_answer"), ("no_tone", "no_dial_tone")])
def test_a_call_that_does_not_come_about_says_why(far, how):
    wired = wire()
    wired.device.far_end = far
    wired.do(Dial(number="95588", handset=False)).run(12_000)
    assert [event.how for event in wired.told(HungUp)] == [how]
    assert done(wired) == ["Dial"]
    assert not wired.device.off_hook


def test_dialling_can_be_broken_off():
    wired = wire()
    wired.do(Dial(number="95588", handset=False)).run(1_500)
    wired.do(HangUp()).run(6_000)
    assert [event.how for event in wired.told(HungUp)] == ["no_answer"]
    assert wired.device.mode == "command"
    assert not wired.device.off_hook


@pytest.mark.parametrize("number", ["", "1;ATZ", "1\rATZ", "abc", "1" * 60])
def test_only_a_number_is_dialled(number: str):
    wired = wire().do(Dial(number=number)).run(2_000)
    assert [event.why for event in wired.told(Failed)] == ["refused"]
    assert not wired.device.dialled


def test_nobody_dials_into_a_call():
    wired = talking()
    wired.do(Dial(number="95588")).run(1_000)
    assert [event.why for event in wired.told(Failed)] == ["cannot"]


@pytest.mark.parametrize("word", ["NO DIAL TONE", "NO DIALTONE"])
def test_a_missing_dial_tone_is_said_in_two_ways(word: str):
    wired = wire()
    wired.do(Dial(number="95588", handset=False)).run(1_500)
    wired.device.mode = "command"
    wired.device.say(word.encode())
    wired.run(5_000)
    assert [event.how for event in wired.told(HungUp)] == ["no_dial_tone"]


def test_a_call_of_the_boxs_own_needs_a_voice():
    wired = wire()
    wired.device.refuses_voice = True
    wired.do(Dial(number="95588", handset=False)).run(3_000)
    assert [event.why for event in wired.told(Failed)] == ["refused"]
    assert not wired.told(HungUp)


@pytest.mark.parametrize("keys", ["", "12x", "1;ATZ"])
def test_only_keys_are_pressed(keys: str):
    wired = wire()
    wired.do(Dial(number="95588", handset=False)).run(8_000)
    wired.do(SendDtmf(keys=keys)).run(1_000)
    assert [event.why for event in wired.told(Failed)] == ["refused"]
    assert not wired.device.pressed
