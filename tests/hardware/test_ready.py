"""A modem is made ready whatever it is and in whatever state it was left (spec/modem.md 2.2, 2.3, 5)."""

import pytest

from appliance.demo.modem import CHIPS, Incoming
from appliance.demo.modem.answers import Switches
from appliance.demo.modem.chips import CONEXANT, DATA
from appliance.hardware.line import Caller, Check, Done, Failed, Found, Restart, Ring, Troubled
from appliance.hardware.modem.dialogue import final_of
from appliance.hardware.modem.masking import masked
from appliance.hardware.modem.profiles import PROFILES, USB, recognise
from appliance.hardware.modem.session import Settings
from tests.hardware.wired import Wired, wire

each_chip = pytest.mark.parametrize("chip", CHIPS.values(), ids=CHIPS)
FAMILY = {"mu-law": "v253"}


def found(wired: Wired) -> Found:
    told = wired.told(Found)
    assert told, wired.names()
    return told[-1]


@each_chip
@pytest.mark.parametrize("cut", [None, 1])
def test_every_chip_is_recognised_and_ready(chip, cut):
    wired = wire(chip, cut=cut)
    assert found(wired).profile == FAMILY.get(chip.name, chip.name)
    assert found(wired).can.voice == (chip is not DATA)
    assert found(wired).can.caller_id
    assert wired.device.switches.numbers == 1
    assert (wired.device.switches.service, wired.device.switches.registers) == ("0", {0: 0})
    assert not wired.device.switches.echo


@each_chip
@pytest.mark.parametrize("report", ["before", "between", "after"])
def test_every_chip_tells_who_calls(chip, report):
    wired = wire(chip)
    wired.device.ring(Incoming("13800138000", "LI NA", report=report))
    wired.run(60_000)
    assert [(event.number, event.name) for event in wired.told(Caller) if event.number] == [("13800138000", "LI NA")]
    assert len(wired.told(Ring)) == 5
    assert len({event.call for event in wired.told(Ring)}) == 1


def left_in(state: str) -> Wired:
    wired = wire(start=False)
    device = wired.device
    if state == "digits":
        device.switches.verbose = False
    elif state == "silent":
        device.switches.quiet = True
    elif state == "half a command":
        device.hear(b"AT+VS")
    else:
        device.switches = Switches(service="8", coding=1)
        device.off_hook = True
        device.connect("recording" if state == "recording" else "playing")
    wired.modem.start()
    return wired.run(20_000, until=lambda: wired.modem.session.ready or wired.modem.hung)


@pytest.mark.parametrize("state", ["digits", "silent", "half a command", "recording", "playing"])
def test_a_modem_that_was_left_in_the_middle_of_something_is_made_ready(state: str):
    wired = left_in(state)
    assert found(wired).can.voice
    wired.device.ring()
    wired.run(8_000)
    assert [event.number for event in wired.told(Caller)] == ["13800138000"]


def test_nothing_is_ever_stored_in_the_modem_and_it_never_answers_by_itself():
    for chip in CHIPS.values():
        commands = wire(chip).device.commands
        assert not [command for command in commands if "&W" in command]
        assert "ATS0=0" in commands
        assert max(map(len, commands)) < 40


def test_reports_are_switched_on_again_at_the_very_end():
    assert wire(CONEXANT).device.commands[-1] == "AT+VCID=1"


def test_a_family_without_vcid_is_asked_in_its_own_way():
    assert wire(DATA).device.commands[-2:] == ["AT+VCID=1", "AT#CID=1"]


def test_a_modem_without_caller_id_is_told_and_still_rings():
    from dataclasses import replace

    wired = wire(replace(DATA, numbers=""))
    assert [event.what for event in wired.told(Troubled)] == ["no_caller_id"]
    assert not found(wired).can.caller_id
    wired.device.ring()
    wired.run(12_000)
    assert [event.presentation for event in wired.told(Caller)] == ["absent"]


def test_a_modem_that_does_not_answer_is_given_up_within_bounds():
    wired = wire(start=False)
    wired.device.deaf = True
    wired.modem.start()
    begun = wired.clock.ticks
    wired.run(60_000, until=lambda: wired.modem.hung)
    assert wired.modem.hung
    assert wired.clock.ticks - begun < 15_000


def test_what_the_shop_chooses_is_set():
    chosen = Settings(country="B5", raw_reports=True, distinctive=True, call_waiting=True)
    wired = wire(CONEXANT, settings=chosen)
    assert {"AT+GCI=B5", "AT+VCID=2", "AT-SDR=7", "AT-SCID=1"} <= set(wired.device.commands)
    assert found(wired).can.distinctive_ring and found(wired).can.call_waiting
    wired.device.ring(Incoming("13800138000", "张伟", name_encoding="gbk"))
    wired.run(8_000)
    assert [(one.number, one.name, one.source) for one in wired.told(Caller)] == [("13800138000", "张伟", "packet")]


def test_the_parts_of_rings_are_told_where_the_shop_wants_them():
    wired = wire(CHIPS["silabs"], settings=Settings(distinctive=True))
    wired.device.ring()
    wired.run(12_000)
    assert [event.cadence for event in wired.told(Ring)] == ["L", "L", "L"][: len(wired.told(Ring))]


def test_an_idle_line_asks_once_a_minute_whether_the_modem_is_there():
    wired = wire()
    before = len(wired.device.commands)
    wired.run(10 * 60_000 + 10_000)
    assert wired.device.commands[before:] == ["AT+VCID?"] * 10


def test_a_check_and_a_restart_are_done_and_told():
    wired = wire()
    wired.do(Check()).run(2_000)
    wired.do(Restart()).run(5_000)
    assert [type(event.command).__name__ for event in wired.told(Done)] == ["Check", "Restart"]
    assert len(wired.told(Found)) == 2
    wired.device.deaf = True
    wired.do(Check()).run(30_000, until=lambda: wired.modem.hung)
    wired.modem.lost("hung")
    assert [event.why for event in wired.run(1).told(Failed)] == ["no_device"]


def test_families_are_known_by_usb_id_by_what_they_say_and_by_what_they_can():
    assert recognise([], voice=True, usb=(0x0BAF, 0x0303)).name == "usr"
    assert recognise(["56000", "CX93001-EIS_V0.2013-V92"], voice=True).name == "conexant"
    assert recognise(["5601"], voice=True).name == "usr"
    assert recognise(["RC56D/SP"], voice=True).name == "rockwell"
    assert recognise(["LT V.92"], voice=True, usb=(0x06E0, 0xF101)).name == "agere"
    assert recognise(["Si2457"], voice=True).name == "silabs"
    assert recognise(["something"], voice=True).name == "v253"
    assert recognise(["something"], voice=False, usb=(1, 1)).name == "data"
    assert {device.profile for device in USB.values()} <= {"", *PROFILES}


def test_the_log_can_be_shown_to_a_stranger():
    assert masked("< NMBR = 13800138000") == "< NMBR = *********00"
    assert masked("< NMBR = 138-0013-8000") == "< NMBR = ***-****-**00"
    assert masked("< NAME = LI NA") == "< NAME = ***"
    assert masked('< +CLIP: "13800138000",129') == '< +CLIP: "***********",*29'
    assert masked("> ATDT13800138000;") == "> ATDT*********00;"
    assert masked("< 8020010830393131313632310" + "20A35313235353531323334") == "< 8020***"
    assert masked("< MESG = 030A35313235353531323334") == "< MESG = 030A***"
    assert masked("< CX93001-EIS_V0.2013-V92") == "< CX93001-EIS_V0.2013-V92"
    wired = wire()
    wired.device.ring(Incoming("13800138000", "LI NA"))
    wired.run(8_000)
    log = "\n".join(wired.modem.dialogue.log)
    assert "CX93001" in log and "RING" in log
    assert "138001" not in log and "LI NA" not in log


def test_answers_have_more_than_one_form():
    assert [final_of(line) for line in ("CONNECT 115200", "+CME ERROR: 30", "ok", "NO DIAL TONE", "CONNECTED", "0")] == [
        "CONNECT", "ERROR", "OK", "NO DIALTONE", "", "",
    ]  # fmt: skip
    assert [final_of(digit, digits=True) for digit in ["0", "1", "3", "4", "6", "7", "8", "9"]] == [
        "OK", "CONNECT", "NO CARRIER", "ERROR", "NO DIALTONE", "BUSY", "NO ANSWER", "",
    ]  # fmt: skip


def test_an_answer_without_an_end_is_bounded():
    wired = wire()
    wired.do(Check())
    for _ in range(500):
        wired.device.say(b"noise")
    wired.run(20_000)
    assert wired.told(Done)


def test_a_line_whose_modem_is_not_ready_does_nothing():
    wired = wire(start=False)
    wired.do(Check()).run(10)
    assert [event.why for event in wired.told(Failed)] == ["no_device"]


def test_a_modem_that_refuses_even_to_be_plain_is_given_up():
    wired = wire(start=False)
    wired.modem.start()
    wired.run(900, until=lambda: "ATE0V1Q0" in [*wired.device.commands])
    wired.run(3_000, until=lambda: "ATE0V1Q0" in wired.device.commands)
    wired.modem.hear(b"\r\nERROR\r\n")
    wired.run(10)
    assert wired.modem.hung
