"""Reports in the dialects of many makers say the same to the shop (spec/modem.md 3.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.hardware.line import Caller, MessageWaiting, Ring
from appliance.hardware.modem.report import read_line, readable
from appliance.hardware.modem.session import Settings
from tests.hardware.listening import Heard, caller, calls, listen, plain, reports, rings, said

LI_NA = "13800138000"
DIALECTS = {
    "blanks around": [b"DATE = 1123", b"TIME = 1405", b"NMBR = 13800138000"],
    "no blanks": [b"DATE=1123", b"TIME=1405", b"NMBR=13800138000"],
    "blank behind": [b"DATE= 1123", b"TIME= 1405", b"NMBR= 13800138000"],
    "small letters": [b"date = 1123", b"time = 1405", b"nmbr = 13800138000"],
    "name first": [b"DATE=1123", b"TIME=1405", b"NAME=", b"NMBR=13800138000"],
    "announced": [b"CIDM", b"DATE=1123", b"TIME=1405", b"NMBR=13800138000"],
    "Kortex": [b"CALLING MSG", b"DATE TIME=11/23 14:05", b"NBR=13800138000", b"END MSG"],
    "message first": [b"MESG = 110101", b"DATE = 1123", b"TIME = 1405", b"NMBR = 13800138000"],
    "masked the second time": [b"DATE = 1123", b"TIME = 1405", b"NMBR = 13800138000", b"NMBR = O"],
    "in one line": [b"DATE=1123 TIME=1405 NMBR=13800138000"],
    "without any end": [b"DATE=1123TIME=1405NAME=ONMBR=13800138000"],
    "with a maker's own tag": [b"DATE=1123", b"TIME=1405", b"LINE TYPE = POTS", b"NMBR=13800138000"],
}


@pytest.mark.parametrize("lines", DIALECTS.values(), ids=DIALECTS)
def test_every_dialect_says_who_calls_and_when(lines: list[bytes]):
    told = caller(*lines)
    assert (told.number, told.presentation, told.doubtful) == (LI_NA, "allowed", False)
    assert (told.sent_date, told.sent_time, told.source) == ("1123", "1405", "text")


OTHERS = [
    (b"CALLER NUMBER: 13800138000", LI_NA, "text"),
    (b"CallerID: 13800138000", LI_NA, "text"),
    (b"FM:13800138000 TO:4008123123", LI_NA, "text"),
    (b'+CLIP: "13800138000",129,,,"",0', LI_NA, "clip"),
    (b'+CLIP: "8613800138000",145', "+8613800138000", "clip"),
    (b"A13800138000C", LI_NA, "dtmf"),
    (b"D13800138000C", LI_NA, "dtmf"),
    (b"13800138000#", LI_NA, "dtmf"),
    (b"NMBR = 138-0013 8000", LI_NA, "text"),
    (b"NMBR = 008613800138000", "008613800138000", "text"),
    (b"NMBR = 62345678", "62345678", "text"),
    (b"DDN_NMBR= 13800138000", LI_NA, "text"),
]


@pytest.mark.parametrize(("line", "number", "source"), OTHERS, ids=str)
def test_a_number_comes_in_other_clothes_too(line: bytes, number: str, source: str):
    told = caller(line)
    assert (told.number, told.presentation, told.doubtful, told.source) == (number, "allowed", False, source)


def test_keys_are_the_number_when_they_were_announced():
    assert caller(b"CIDM", b"13800138000").number == LI_NA
    assert caller(b"CIDM", b"A13800138000D").number == LI_NA


WITHOUT = [
    ([b"NMBR = P"], "withheld"),
    ([b"NMBR = A"], "withheld"),
    ([b"NMBR = PRIVATE"], "withheld"),
    ([b"NMBR = Restricted"], "withheld"),
    ([b"NMBR=WITHHELD"], "withheld"),
    ([b"NMBR = O"], "unavailable"),
    ([b"NMBR = Out-Of-Area"], "unavailable"),
    ([b"NMBR = Unavailable"], "unavailable"),
    ([b"NMBR = Unknown"], "unavailable"),
    ([b"NMBR = 0"], "unavailable"),
    ([b"NMBR = 0000000000"], "unavailable"),
    ([b"NMBR ="], "unavailable"),
    ([b"DATE = 1123", b"TIME = 1405"], "unavailable"),
    ([b"REASON FOR NO CALLER NUMBER: PRIVATE"], "withheld"),
    ([b"REASON FOR NO CALLER NUMBER: OUT OF AREA"], "unavailable"),
    ([b'+CLIP: "",128,,,,1'], "withheld"),
    ([b'+CLIP: "",128,,,,2'], "unavailable"),
    ([b"B10C"], "withheld"),
    ([b"B00C"], "unavailable"),
    ([b"NMBR = P", b"MESG = 030A35313235353531323334"], "withheld"),
]


@pytest.mark.parametrize(("lines", "presentation"), WITHOUT, ids=str)
def test_a_missing_number_is_told_with_its_reason_and_never_as_a_number(lines: list[bytes], presentation: str):
    told = caller(*lines)
    assert (told.number, told.presentation, told.doubtful) == ("", presentation, False)


NAMES = [
    (b"JOHN DOE       ", "JOHN DOE", "allowed"),
    (b"P", "", "withheld"),
    (b"O", "", "unavailable"),
    (b"", "", "absent"),
    (b"   ", "", "absent"),
    (b"A=B TEA", "A=B TEA", "allowed"),
    ("张伟".encode(), "张伟", "allowed"),
    ("张伟".encode("gbk"), "张伟", "allowed"),
    (b"CAF\x81", "CAF�", "allowed"),
]


@pytest.mark.parametrize(("sent", "name", "presentation"), NAMES)
def test_a_name_is_read_whatever_its_letters(sent: bytes, name: str, presentation: str):
    told = caller(b"NMBR = 13800138000", b"NAME = " + sent)
    assert (told.name, told.name_presentation, told.number) == (name, presentation, LI_NA)


def test_a_shop_abroad_does_not_take_accents_for_chinese():
    abroad = Settings(gbk=False)
    assert caller(b"NMBR = 1", b"NAME = M\xfcller AG", settings=abroad).name == "Müller AG"


@pytest.mark.parametrize(
    ("date", "time"),
    [(b"1323", b"1405"), (b"1132", b"2405"), (b"11231", b"14055"), (b"", b""), (b"xxxx", b"ab:cd"), (b"0000", b"1360")],
)
def test_a_moment_that_is_nonsense_is_left_out_and_the_number_stays(date: bytes, time: bytes):
    told = caller(b"DATE = " + date, b"TIME = " + time, b"NMBR = 13800138000")
    assert (told.sent_date, told.number) == ("", LI_NA)
    assert told.sent_time in {"", "1405"}


HARMED = [
    [b"NMBR = 1380\xff138000"],
    [b"NMBR = 13800138000138001380001"],
    [b"NMBR = 13x0013y000"],
    [b"DATE = 1123", b"\x93k(noise", b"NMBR = 13800138000"],
    [b"ERRM", b"NMBR = 13800138000"],
]


@pytest.mark.parametrize("lines", HARMED)
def test_a_harmed_report_is_shown_with_doubt(lines: list[bytes]):
    assert caller(*lines).doubtful


def test_a_number_that_breaks_off_is_doubtful():
    for piece in (b"\r\nDATE = 1123\r\nTIME = 1405\r\nNMBR = 13800", b"\r\nNMBR = 13800"):
        events = listen([*said(b"RING"), Heard(1_000, piece)])
        assert [(one.number, one.doubtful) for one in reports(events)] == [("13800", True)]


def test_a_name_that_breaks_off_does_not_harm_the_number():
    events = listen([*said(b"RING"), Heard(1_000, b"\r\nNMBR = 13800138000\r\nNAME = ZHA")])
    assert [(one.number, one.doubtful) for one in reports(events)] == [(LI_NA, False)]


def test_a_bell_that_ran_into_the_report_still_rings():
    events = listen(
        [Heard(0, b"\r\nRINGDATE = 1123TIME = 1405NMBR = 13800138000\r\n"), *[Heard(5_000, b"\r\nRING\r\n")]]
    )
    assert (rings(events), [one.number for one in reports(events)]) == (2, [LI_NA])


@pytest.mark.parametrize(
    ("line", "cadence"), [(b"RING A", "A"), (b"RING 2", "2"), (b"RING: 2 DN1", "2 DN1"), (b"RING", ""), (b"RING;;", "")]
)
def test_a_ring_may_say_which_number_was_dialled(line: bytes, cadence: str):
    found = [event for event in listen(said(line)) if isinstance(event, Ring)]
    assert [event.cadence for event in found] == [cadence]


def test_an_isdn_ring_says_both_numbers():
    events = listen(said(b"RING;13800138000;4008123123"))
    assert [(one.number, one.called) for one in reports(events)] == [(LI_NA, "4008123123")]
    assert rings(events) == 1


def test_two_rings_without_an_end_are_two():
    assert rings(listen(said(b"RINGRING"))) == 2
    assert rings(listen(said(b"RINGING"))) == 0


def test_the_rest_is_kept_by_its_tag():
    told = caller(b"QUAL = L", b"MESG = 110101", b"REDIRECT = 02062345678", b"NMBR = 13800138000", b"NAME = O")
    assert told.extras == (("QUAL", "L"), ("MESG", "110101"))
    assert told.redirected_from == "02062345678"


def test_the_dialable_number_in_a_message_is_the_callers_where_there_is_no_other():
    told = caller(b"DATE = 1123", b"TIME = 1405", b"NMBR = O", b"MESG = 030A35313235353531323334")
    assert (told.number, told.presentation) == ("5125551234", "allowed")


def test_a_message_lamp_is_no_call():
    for line, on in ((b"MESG = 0B01FF", True), (b"MESG = 0B0100", False), (b"MESG = 82030B01FF6F", True)):
        events = listen(said(line))
        assert [(type(event), event.on) for event in events] == [(MessageWaiting, on)]


def test_a_lone_name_is_no_call():
    assert listen(said(b"NAME = JOHN DOE")) == []
    assert listen(said(b"CIDM")) == []


def test_a_date_alone_waits_for_the_ring():
    assert listen(said(b"DATE = 1123", b"TIME = 1405")) == []
    events = listen([*said(b"DATE = 1123", b"TIME = 1405"), *[Heard(at, b"\r\nRING\r\n") for at in (1_000, 6_000)]])
    assert [one.presentation for one in reports(events)] == ["unavailable"]
    assert calls(events) == 1


def test_a_date_alone_does_not_wait_for_a_ring_an_hour_later():
    events = listen([*said(b"DATE = 1123", b"TIME = 1405"), Heard(3_600_000, b"\r\nRING\r\n")])
    assert reports(events) == []


@given(st.binary(max_size=60).filter(lambda line: not set(line) & set(b"\r\n")))
def test_any_line_is_read_without_harm(line: bytes):
    read_line(line)
    readable(line)
    for heard in ([b"NMBR = " + line], [b"NAME = " + line, b"NMBR = 1"], [b"DATE = " + line, b"MESG = " + line]):
        listen([*said(b"RING"), *said(*heard)])


DIALLED = st.sampled_from([line for lines in DIALECTS.values() for line in lines] + [line for line, _, _ in OTHERS])
OTHER = st.sampled_from(
    [b"RING", b"OK", b"NO CARRIER", b"NAME = P", b"\x10R", b"\x10", b"DRON=20", b"DROF=40", b"noise \xff\x00"]
)
lines = st.lists(DIALLED | OTHER | st.binary(max_size=12), max_size=12)


@given(st.lists(st.tuples(st.integers(1, 9_000), lines), max_size=4), st.lists(st.integers(1, 30), max_size=120))
def test_what_is_heard_does_not_depend_on_the_cuts(groups: list[tuple[int, list[bytes]]], lengths: list[int]):
    whole, pieces, at_ms = [], [], 0
    sizes = iter(lengths)
    for gap_ms, group in groups:
        at_ms += gap_ms
        data = b"\r\n" + b"\r\n".join(group) + b"\r\n"
        whole.append(Heard(at_ms, data))
        while data:
            size = next(sizes, len(data))
            pieces.append(Heard(at_ms, data[:size]))
            data = data[size:]
    assert plain(listen(pieces)) == plain(listen(whole))


def test_nothing_is_told_twice_in_one_call():
    report = b"\r\nDATE = 1123\r\nTIME = 1405\r\nNMBR = 13800138000\r\nNAME = LI NA\r\n"
    heard = [
        Heard(at, piece) for n in range(4) for at, piece in ((n * 5_000, b"\r\nRING\r\n"), (n * 5_000 + 1_000, report))
    ]
    events = listen(heard)
    assert len([event for event in events if isinstance(event, Caller)]) == 1
