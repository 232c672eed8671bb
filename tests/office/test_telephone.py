"""The telephone, from the bytes of a modem to the tablets and back: real ptys, real time, the emulated modem."""

from __future__ import annotations

import array
import math
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from appliance import listening
from appliance.assembly import WallClock, rooms
from appliance.config import Config
from appliance.demo.modem import CHIPS, EmulatedModem, Incoming, PluggedModem
from appliance.exchange import Exchange, open_exchange
from appliance.hardware.recorder.sealing import HEAD_BYTES
from appliance.hardware.recorder.squeezing import Heard
from appliance.journal import Desk
from appliance.serving import pages_of
from appliance.shop.office import actions as office
from appliance.shop.office.line_records import Call
from appliance.web.app import app
from appliance.web.front import WebConfig
from appliance.web.routes import handlers
from tests.cast import Shop
from tests.office.conftest import ALICE, CHEN, staff
from tests.office.test_recordings import tone
from tests.orders.teahouse import House as TeaHouse
from tests.patience import PATIENCE_S, until
from tests.web.conftest import House, Tablet

LI_NAS = "13800002266"
SOON = {"report": "before", "report_after_ms": 100, "rings": 3}
pytestmark = pytest.mark.waits


class Line:
    """A modem on a cable, and what is on its other end."""

    def __init__(self, folder: Path, chip: str, name: str) -> None:
        self.modem = EmulatedModem(WallClock(), CHIPS[chip])
        self.plugged = PluggedModem(self.modem, folder / name, cuts=True).start()

    def ring(self, number: str = LI_NAS, **more: Any) -> None:
        call = Incoming(number=number, **{**SOON, **more})
        self.plugged.do(lambda modem: modem.ring(call))


class Wired:
    """The tea house with two lines."""

    def __init__(self, desk: Desk, exchange: Exchange, lines: list[Line]) -> None:
        self.desk = desk
        self.exchange = exchange
        self.first, self.second = lines

    def call(self, column: str = "state", number: str = LI_NAS) -> Any:
        return self.desk.value(f"select {column} from call_list where phone = ? order by began_at desc", number)

    def until(self, true: Callable[[], Any]) -> Any:
        return until(
            true, f"a call, after {[tuple(row) for row in self.desk.rows('select phone, state from call_list')]}"
        )

    def recordings(self) -> list[Any]:
        return self.desk.rows("select * from recording_list where state = 'kept' order by began_at")

    def allow(self, **more: Any) -> None:
        office.allow_rules(self.desk, purpose="核对订单", understood=True, **more)
        for row in self.desk.rows("select id from phone_line"):
            office.record_line(self.desk, line=row.id)


@pytest.fixture
def wired(box: Shop, alice: Desk, house: TeaHouse, tmp_path: Path) -> Iterator[Wired]:
    lines = [Line(tmp_path, chip, f"line-{chip}") for chip in ("conexant", "usr")]
    config = Config(folder=tmp_path, author=box.journal.author, branch=box.branch)
    exchange = open_exchange(box.journal, config, WallClock(), paths=[str(line.plugged.link) for line in lines])
    telephone = exchange.telephone
    working = threading.Thread(target=telephone.work)
    telephone.start()
    working.start()
    found = Wired(alice, exchange, lines)
    found.until(lambda: alice.value("select count(*) from phone_line where ready = 1") == 2)
    yield found
    telephone.stop()
    working.join(PATIENCE_S)
    assert not working.is_alive()
    for line in lines:
        line.plugged.stop()


def test_a_call_goes_from_the_bytes_of_the_modem_to_the_card_and_the_log(wired: Wired, house: TeaHouse) -> None:
    wired.first.ring()
    wired.until(wired.call)
    assert wired.call("customer") == house.li_na
    wired.until(lambda: wired.call() == "unsure")
    assert wired.call("rings") == 3
    assert wired.desk.value("select title from task_list where state = 'open'") == "☎ 李娜"


def test_two_who_ring_at_once_are_two_calls_on_two_lines(wired: Wired) -> None:
    wired.first.ring()
    wired.second.ring("02166667777")
    wired.until(lambda: wired.call() and wired.call(number="02166667777"))
    assert wired.call("line") != wired.call("line", "02166667777")


def test_who_takes_a_call_on_a_recorded_line_is_recorded_to_its_end(wired: Wired, chen: Desk) -> None:
    wired.allow()
    spoken = _song(4)
    wired.first.ring(rings=2)
    call = wired.until(lambda: wired.call("id"))
    wired.first.plugged.do(lambda modem: modem.sound.feed(spoken))
    office.take_call(chen, call=call)
    wired.until(lambda: wired.call("recording_since"))
    time.sleep(5)
    wired.first.plugged.do(lambda modem: modem.caller_hangs_up(loop=True))
    (kept,) = wired.until(wired.recordings)
    wired.until(lambda: wired.call() == "answered")
    assert (kept.call, kept.notice, kept.whole) == (call, "spoken", 1)
    assert wired.call("employee") == CHEN and wired.call("talked_s") >= 4
    assert wired.desk.get(Call, call).recording_since == 0
    assert set(kept.peaks[3:25]) & set("89abcdef"), kept.peaks
    path = wired.desk.journal.blobs.path(kept.blob)
    assert list(wired.exchange.telephone.recorder.folder.iterdir()) == []
    raw, heard = path.read_bytes(), _heard(wired, kept)
    assert _loud(heard) > 2_000
    assert heard[HEAD_BYTES : HEAD_BYTES + 4_000] not in raw and b"RIFF" not in raw


def test_nobody_is_recorded_who_objects_or_where_it_is_not_allowed(wired: Wired, chen: Desk, house: TeaHouse) -> None:
    wired.first.ring(rings=2)
    office.take_call(chen, call=wired.until(lambda: wired.call("id")))
    wired.until(lambda: wired.call() == "answered")
    assert wired.desk.rows("select * from line_asked") == []
    wired.allow()
    office.opt_out(wired.desk, customer=house.li_na)
    wired.second.ring(rings=2)
    call = wired.until(lambda: wired.call("id") if wired.call() == "ringing" else "")
    office.take_call(chen, call=call)
    wired.until(lambda: wired.call() == "answered")
    assert wired.desk.rows("select * from line_asked") == [] and wired.recordings() == []


def test_a_plug_pulled_in_the_middle_leaves_what_was_said_and_says_that_it_is_cut(wired: Wired, chen: Desk) -> None:
    wired.allow()
    wired.first.ring(rings=2)
    call = wired.until(lambda: wired.call("id"))
    wired.first.plugged.do(lambda modem: modem.sound.feed(_song(10)))
    office.take_call(chen, call=call)
    wired.until(lambda: wired.call("recording_since"))
    time.sleep(3)
    wired.first.plugged.unplug()
    (kept,) = wired.until(wired.recordings)
    assert kept.whole == 0 and kept.length_ms >= 2_000
    wired.until(lambda: wired.call() == "interrupted")
    asked = "select lost from phone_line where id = ? and ready = 0"
    assert wired.until(lambda: wired.desk.value(asked, wired.call("line"))) == "unplugged"
    wired.first.plugged.plug()
    wired.until(lambda: wired.desk.value("select count(*) from phone_line where ready = 1") == 2)


def test_calling_back_dials_and_settles_what_was_missed(wired: Wired, chen: Desk) -> None:
    wired.first.ring(rings=2)
    wired.until(lambda: wired.call() == "unsure")
    office.dial_call(chen, call=wired.call("id"))
    wired.until(lambda: wired.first.modem.dialled)
    assert LI_NAS in wired.first.modem.dialled[0]
    wired.until(lambda: wired.desk.value("select count(*) from call where direction = 'outgoing'"))
    assert wired.desk.value("select employee from call where direction = 'outgoing'") == CHEN


def test_the_box_answers_when_nobody_does_and_who_left_a_message_is_called_back(wired: Wired) -> None:
    wired.allow()
    office.set_greeting(wired.desk, file=wired.desk.keep(tone(0.5, rate=8_000, channels=1)))
    line = wired.desk.value("select id from phone_line where place like '%usr%'")
    office.answer_line(wired.desk, line=line, voicemail_after=2)
    wired.second.ring(rings=8)
    wired.until(lambda: wired.call("recording_since"))
    wired.second.plugged.do(lambda modem: modem.sound.feed(_song(2)))
    (kept,) = wired.until(wired.recordings)
    wired.until(lambda: wired.call() == "voicemail")
    assert kept.notice == "played" and kept.length_ms > 2_000
    assert wired.desk.value("select title from task_list where state = 'open'") == "☎ 李娜"


def test_a_recording_left_by_a_power_cut_is_tied_to_its_call(wired: Wired, house: TeaHouse) -> None:
    call = office.ring(
        wired.desk, line=wired.desk.value("select id from phone_line"), call="x", number=LI_NAS, presentation="allowed"
    )
    telephone = wired.exchange.telephone
    taking = telephone.recorder.begin(f"{call}.0001")
    taking.add(_song(3).tobytes())
    part = telephone.recorder.folder / f"{call}.0001.part"
    wired.until(lambda: part.stat().st_size > 48_000)
    telephone.mend()
    (kept,) = wired.recordings()
    assert (kept.call, kept.whole, kept.length_ms) == (call, 0, 3_000)
    assert wired.call() == "interrupted"


def test_at_night_recordings_become_small_and_are_the_same_to_the_ear(wired: Wired) -> None:
    call = office.ring(
        wired.desk, line=wired.desk.value("select id from phone_line"), call="x", number=LI_NAS, presentation="allowed"
    )
    telephone = wired.exchange.telephone
    taking = telephone.recorder.begin(f"{call}.0001")
    taking.add(_song(5).tobytes())
    taken = taking.finish()
    assert taken is not None
    telephone._keep(taken, whole=True, notice="spoken")
    (before,) = wired.recordings()
    assert wired.exchange.squeeze_one() and not wired.exchange.squeeze_one()
    (after,) = wired.recordings()
    assert after.squeezed and after.size * 5 < before.size and after.length_ms == before.length_ms
    assert not wired.desk.journal.blobs.path(before.blob).exists()
    assert _loud(_heard(wired, after)) > 2_000


def test_a_deleted_recording_is_gone_from_the_disk(wired: Wired, house: TeaHouse) -> None:
    call = office.ring(
        wired.desk, line=wired.desk.value("select id from phone_line"), call="x", number=LI_NAS, presentation="allowed"
    )
    telephone = wired.exchange.telephone
    for name in ("0001", "0002"):
        taking = telephone.recorder.begin(f"{call}.{name}")
        taking.add(_song(1).tobytes())
        taken = taking.finish()
        assert taken is not None
        telephone._keep(taken, whole=True, notice="spoken")
    paths = [wired.desk.journal.blobs.path(row.blob) for row in wired.recordings()]
    office.delete_recording(wired.desk, recording=wired.recordings()[0].id)
    wired.until(lambda: not paths[0].exists())
    office.hang_up(wired.desk, call=call, how="answered")
    office.erase_person(wired.desk, customer=house.li_na, asked=True)
    wired.until(lambda: not paths[1].exists())


# ---- listening


@pytest.fixture
def listener(wired: Wired, box: Shop, tmp_path: Path) -> Iterator[Callable[[str], Tablet]]:
    """Tablets at which a recording of Li Na's can be heard."""
    told = WebConfig(tmp_path / "web", branch=box.branch, counting=True)
    told.folder.mkdir()
    people = staff()
    made = app(box.journal, [pages_of(room) for room in rooms()], told, box.clock, people)
    made.state.front.gauges["lines"] = wired.exchange.telephone.lines.standings
    for route in handlers(made.state.front, listening.routes(made.state.front, wired.exchange.telephone.recorder)):
        made.register(route)
    call = office.ring(
        wired.desk, line=wired.desk.value("select id from phone_line"), call="x", number=LI_NAS, presentation="allowed"
    )
    taking = wired.exchange.telephone.recorder.begin(f"{call}.0001")
    taking.add(_song(4).tobytes())
    taken = taking.finish()
    assert taken is not None
    wired.exchange.telephone._keep(taken, whole=True, notice="spoken")

    with TestClient(made, base_url="http://testserver.local") as client:
        tablets = [Tablet(client, House(box.journal, box.clock, people, made)).enrol()]

        def at(who: str) -> Tablet:
            assert tablets[0].sign_in(who).status_code == 303
            return tablets[0]

        yield at


def test_a_recording_is_heard_from_any_place_on_and_each_listening_is_written_down(
    wired: Wired, listener: Callable[[str], Tablet]
) -> None:
    tablet, recording = listener(ALICE), wired.recordings()[0].id
    address = f"/recordings/{recording}/sound"
    whole = tablet.get(address)
    assert whole.status_code == 200 and whole.headers["content-type"] == "audio/wav"
    assert whole.headers["cache-control"] == "no-store" and whole.headers["accept-ranges"] == "bytes"
    assert len(whole.content) == HEAD_BYTES + 4 * 16_000
    for asked, start, end in (
        ("bytes=100-199", 100, 200),
        ("bytes=64000-", 64_000, 64_044),
        ("bytes=-44", 64_000, 64_044),
    ):
        part = tablet.get(address, range=asked)
        assert part.status_code == 206 and part.headers["content-range"] == f"bytes {start}-{end - 1}/64044"
        assert part.content == whole.content[start:end]
    for bad in ("bytes=64044-", "bytes=9-3", "bytes=-", "lines=1-2"):
        assert tablet.get(address, range=bad).status_code == 416
    assert [row.who for row in wired.desk.rows("select who from listened")] == [ALICE]
    wired.exchange.squeeze_one()
    small = tablet.get(address)
    assert small.headers["content-type"] == "audio/ogg" and small.content.startswith(b"OggS")
    decoded = tablet.get(f"{address}?as=wav", range="bytes=0-43")
    assert decoded.status_code == 206 and decoded.content.startswith(b"RIFF")


def test_who_may_not_listen_hears_and_sees_nothing(wired: Wired, listener: Callable[[str], Tablet]) -> None:
    tablet, row = listener(CHEN), wired.recordings()[0]
    assert tablet.get(f"/recordings/{row.id}/sound").status_code == 403
    assert tablet.post(f"/recordings/{row.id}/export", reason="x").status_code == 403
    assert tablet.get("/office/recordings").status_code == 403
    page = tablet.get(f"/office/calls/{row.call}").text
    assert "data-length" not in page and row.blob not in page
    blob = tablet.get(f"/blob/{row.blob}")
    assert b"RIFF" not in blob.content and b"WAVE" not in blob.content
    assert wired.desk.rows("select * from listened") == []


def test_what_is_carried_away_is_a_plain_wav_with_a_name_that_tells_nothing(
    wired: Wired, listener: Callable[[str], Tablet]
) -> None:
    tablet, row = listener(ALICE), wired.recordings()[0]
    assert tablet.post(f"/recordings/{row.id}/export", reason=" ").status_code == 422
    answer = tablet.post(f"/recordings/{row.id}/export", reason="消协调解")
    assert answer.status_code == 200 and answer.content.startswith(b"RIFF")
    name = answer.headers["content-disposition"]
    assert LI_NAS not in name and "2266" not in name
    assert wired.desk.value("select reason from exported") == "消协调解"
    page = tablet.get(f"/office/calls/{row.call}").text
    assert "消协调解" in page and 'data-behaviour="player"' in page and "<rect" in page


def test_a_recording_of_another_box_or_another_key_says_why_it_is_silent(
    wired: Wired, listener: Callable[[str], Tablet]
) -> None:
    tablet, row = listener(ALICE), wired.recordings()[0]
    path = wired.desk.journal.blobs.path(row.blob)
    sealed = path.read_bytes()
    path.unlink()
    assert "never leaves" in tablet.get(f"/recordings/{row.id}/sound").text
    path.write_bytes(sealed[:30] + bytes(4) + sealed[34:])
    assert "another key" in tablet.get(f"/recordings/{row.id}/sound").text
    path.write_bytes(sealed[:-9] + bytes(9))
    assert "damaged" in tablet.get(f"/recordings/{row.id}/sound", range="bytes=60000-").text
    assert tablet.get("/recordings/nothing/sound").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_pages_of_lines_and_recordings_open(wired: Wired, listener: Callable[[str], Tablet], lang: str) -> None:
    wired.allow()
    tablet = listener(ALICE)
    tablet.http.cookies.set("lang", lang, domain="testserver.local")
    line = wired.desk.value("select id from phone_line")
    call = wired.recordings()[0].call
    for path in (
        "/office/lines", f"/office/lines/{line}/log", "/office/recording", "/office/recordings", "/office/calls/figures",
        f"/office/calls/{call}", "/do/office/allow_rules", "/do/office/change_rules", "/do/office/set_greeting", "/office",
    ):  # fmt: skip
        answer = tablet.get(path)
        assert answer.status_code == 200, (path, answer.text[:300])
        assert int(answer.headers.get("x-statements", 0)) <= 6, path
    shown = tablet.get("/office/lines").text
    assert "Robotics" in shown and "line-conexant" in shown


def test_the_log_to_send_for_help_holds_nobodys_number(wired: Wired, listener: Callable[[str], Tablet]) -> None:
    wired.first.ring()
    wired.until(lambda: wired.desk.value("select count(*) from call where phone = ?", LI_NAS) == 2)
    tablet = listener(ALICE)
    line = wired.desk.value("select line from call_list where phone = ? order by began_at desc", LI_NAS)
    text = tablet.get(f"/office/lines/{line}/log").text
    assert "NMBR" in text and LI_NAS not in text and "0000226" not in text


def _song(seconds: float) -> array.array[int]:
    """A tone that comes and goes, not one of those that exchanges send."""
    return array.array(
        "h",
        (int(12_000 * math.sin(2 * math.pi * 700 * place / 8_000) * (place // 2_000 % 3 > 0)) for place in range(int(seconds * 8_000))),
    )  # fmt: skip


def _heard(wired: Wired, row: Any) -> bytes:
    heard = Heard(
        wired.desk.journal.blobs.path(row.blob), wired.exchange.telephone.recorder.key, row.length_ms * 8, as_wav=True
    )
    content = b"".join(heard.pieces())
    heard.close()
    return content


def _loud(content: bytes) -> int:
    return max(array.array("h", content[HEAD_BYTES : HEAD_BYTES + (len(content) - HEAD_BYTES) // 2 * 2]))
