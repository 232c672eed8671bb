"""Reports and conversations that are harmed on their way: nobody is taken for somebody else (spec/modem.md 9, 10.2)."""

import random

import pytest

from appliance.demo.modem import Incoming
from appliance.hardware.line import Caller, HangUp, HungUp, Record, Recorded, StopRecording
from tests.hardware.wired import Wired, next_call_is_read, talking, wire

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
    wired = talking()
    wired.do(Record()).run(500)
    for _ in range(40):
        wired.device.out += chance.randbytes(chance.randint(1, 400))
        wired.run(chance.randint(1, 200))
    wired.do(StopRecording()).do(HangUp()).run(20_000)
    assert len(wired.told(Recorded)) == 1
    assert len(wired.told(HungUp)) >= 1
