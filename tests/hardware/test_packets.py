"""Raw reports: SDMF and MDMF packets, their sums, and every way in which one can be short (spec/modem.md 3.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.demo.modem.calls import Incoming, as_packet, as_simple_packet
from appliance.hardware.line import MessageWaiting
from appliance.hardware.modem.packet import from_hex, missing, parameters, sound, tags
from tests.hardware.listening import Heard, caller, listen, reports, said

WORKED = [
    ("802001083039313131363231020A3531323535353132333407084A4F484E5F444F4540", "5125551234", "JOHN_DOE", "09111621"),
    ("8018010831313233313430350" + "20C3037353531323334353637384B", "075512345678", "", "11231405"),
    ("80170108313132333134303502" + "0B31333830303133383030309A", "13800138000", "", "11231405"),
    ("0412303933303132323436303935353531323132" + "51", "6095551212", "", "09301224"),
    ("041331313233313430353133383030313338303030" + "30", "13800138000", "", "11231405"),
]


@pytest.mark.parametrize(("packet", "number", "name", "moment"), WORKED)
def test_the_worked_examples_are_read(packet: str, number: str, name: str, moment: str):
    told = caller(packet.encode())
    assert (told.number, told.name, told.sent_date + told.sent_time) == (number, name, moment)
    assert (told.presentation, told.checksum_ok, told.doubtful, told.source) == ("allowed", True, False, "packet")


@pytest.mark.parametrize("packet", ["800D01083131323331343035040150" + "84", "04093131323331343035" + "5012"])
def test_a_number_kept_back_is_told_as_such(packet: str):
    told = caller(packet.encode())
    assert (told.number, told.presentation, told.checksum_ok) == ("", "withheld", True)


def test_what_the_emulated_exchange_sends_is_what_the_worked_examples_are():
    assert as_packet(Incoming("075512345678", date="1123", time="1405")).hex().upper() == WORKED[1][0]
    assert as_packet(Incoming("5125551234", "JOHN_DOE", date="0911", time="1621")).hex().upper() == WORKED[0][0]
    assert as_packet(Incoming("P", date="1123", time="1405")).hex().upper() == "800D0108313132333134303504015084"
    assert as_simple_packet(Incoming("6095551212", date="0930", time="1224")).hex().upper() == WORKED[3][0]


def test_a_wrong_sum_makes_the_number_doubtful():
    told = caller(WORKED[2][0][:-2].encode() + b"9B")
    assert (told.checksum_ok, told.doubtful) == (False, True)


def test_a_packet_broken_over_two_lines_is_one():
    whole = WORKED[0][0].encode()
    for at in range(8, len(whole) - 1, 2):
        told = caller(whole[:at], whole[at:])
        assert (told.number, told.checksum_ok) == ("5125551234", True)


def test_a_packet_whose_end_never_comes_is_told_with_doubt():
    told = caller(WORKED[2][0][:-4].encode())
    assert (told.checksum_ok, told.doubtful) == (False, True)
    cut_by_a_ring = listen([*said(b"RING"), *[Heard(1_000, b"\r\n" + WORKED[2][0][:40].encode() + b"\r\nRING\r\n")]])
    assert [one.doubtful for one in reports(cut_by_a_ring)] == [True]


def test_a_seizure_before_the_packet_is_no_part_of_it():
    assert caller(b"5555" + WORKED[2][0].encode()).checksum_ok is True


def test_the_number_in_the_place_of_the_number_dialled_is_taken_when_there_is_no_other():
    body = b"\x03\x0a5125551234"
    packet = bytes((0x80, len(body))) + body
    told = caller((packet + bytes((-sum(packet) % 256,))).hex().upper().encode())
    assert (told.number, told.checksum_ok) == ("5125551234", True)


def test_a_lamp_is_no_call():
    for body, on, count in ((b"\x0b\x01\xff\x0d\x01\x03", True, 3), (b"\x0b\x01\x00", False, 0)):
        packet = bytes((0x82, len(body))) + body
        line = (packet + bytes((-sum(packet) % 256,))).hex().upper().encode()
        events = listen(said(line))
        assert [(event.on, event.count) for event in events if isinstance(event, MessageWaiting)] == [(on, count)]
        assert len(events) == 1
    simple = b"\x06\x01\x6f"
    events = listen(said((simple + bytes((-sum(simple) % 256,))).hex().encode()))
    assert [(type(event), event.on) for event in events] == [(MessageWaiting, False)]


def test_other_hex_is_no_packet():
    for line in (b"56000", b"ABCDEF", b"99200108", b"8020010", b"CAFEBABE00", b"GG200108"):
        assert from_hex(line) == b""


@given(st.binary(max_size=80))
def test_any_bytes_are_taken_apart_without_harm(packet: bytes):
    list(parameters(packet))
    for kind in (0x80, 0x04, 0x06, 0x82):
        for one in (bytes((kind,)), bytes((kind,)) + packet):
            tags(one)
            missing(one)
            sound(one)


@given(st.text("0123456789", min_size=1, max_size=20), st.none() | st.text("ABC 张伟", min_size=1, max_size=10))
def test_what_an_exchange_sends_is_what_the_shop_reads(number: str, name: str | None):
    told = caller(as_packet(Incoming(number, name)).hex().upper().encode())
    assert told.checksum_ok is True
    assert told.number == (number if number.strip("0") else "")
    assert told.name == (name or "").strip()
