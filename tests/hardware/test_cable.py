"""Real ports: what kernel, cable and other programs do to a line (spec/modem.md 2.1, 9), each wait bounded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.demo.modem import Incoming
from appliance.demo.modem.chips import USR
from appliance.demo.modem.sounds import tone
from appliance.hardware.line import (
    Answer,
    Answered,
    Caller,
    Check,
    Done,
    Failed,
    Found,
    HangUp,
    HungUp,
    Level,
    Lost,
    Play,
    Played,
    Record,
    Recorded,
    Ring,
    Sound,
    StopRecording,
)
from appliance.hardware.modem.driver import REST_S
from appliance.hardware.modem.lock import PortLock, Taken, process_of, who_has
from appliance.hardware.modem.port import Gone, SerialPort
from appliance.hardware.modem.seats import Here
from tests.hardware.plugs import HurriedPort, a_moment, plugged, switchboard

pytestmark = pytest.mark.waits


@pytest.fixture
def link(tmp_path: Path) -> Path:
    return tmp_path / "modem"


def test_a_call_is_heard_answered_recorded_and_ended_over_a_real_port(link: Path, tmp_path: Path):
    with plugged(link, cuts=True) as modem, switchboard(tmp_path, paths=[str(link)]) as (board, ears):
        line = ears.hear(Found).line
        modem.do(lambda one: one.ring(Incoming(name="张伟")))
        ears.until(lambda: ears.told(Caller) and ears.told(Caller)[-1].name)
        told = ears.told(Caller)[-1]
        assert (told.number, told.name) == ("13800138000", "张伟")
        board.do(line, Answer())
        ears.hear(Answered)
        said = bytes(range(256)) * 16
        modem.do(lambda one: one.sound.feed(said))
        board.do(line, Play(pcm=tone((500,), 300).tobytes()))
        board.do(line, Record())
        ears.hear(Played)
        ears.hear(Level)
        assert board.standings()[0].call == told.call
        board.do(line, StopRecording())
        board.do(line, HangUp())
        assert ears.hear(HungUp).how == "answered"
        assert ears.hear(Recorded).whole
        ears.hear(Done, 5)
        pcm = b"".join(event.pcm for event in ears.told(Sound))
        assert bytes(byte ^ 0x80 for byte in said) in pcm[1::2]
        assert len(modem.modem.speaker.heard) == 300 * 8
        standing = board.standings()[0]
        assert (standing.ready, standing.profile, standing.last_report_at_ms) == (True, "conexant", told.at_ms)
        assert any("RING" in entry for entry in standing.log)


def test_what_was_recorded_is_kept_when_the_plug_is_pulled_and_the_line_comes_back(link: Path, tmp_path: Path):
    with plugged(link) as modem, switchboard(tmp_path, paths=[str(link)]) as (board, ears):
        line = ears.hear(Found).line
        modem.do(lambda one: one.ring())
        ears.hear(Caller)
        board.do(line, Answer())
        board.do(line, Record())
        ears.hear(Level)
        modem.unplug()
        lost = ears.hear(Lost)
        assert lost.reason == "unplugged"
        end = ears.hear(Recorded)
        assert (end.why, end.whole) == ("lost", False)
        assert end.samples == sum(len(event.pcm) // 2 for event in ears.told(Sound)) > 8_000
        assert [event.how for event in ears.told(HungUp)] == ["interrupted"]
        assert not board.standings()[0].ready
        board.do(line, Answer())
        assert ears.hear(Failed, 2).why == "no_device"
        modem.plug()
        ears.hear(Found, 2)
        assert len(ears.told(Lost)) == 1
        modem.do(lambda one: one.ring(Incoming("13900139000")))
        assert ears.hear(Caller, 2).number == "13900139000"
        assert len(ears.told(Ring)) == 2


def test_a_modem_that_goes_in_the_middle_of_its_report_comes_back_and_rings_again(link: Path, tmp_path: Path):
    with plugged(link, USR) as modem, switchboard(tmp_path, paths=[str(link)]) as (_, ears):
        ears.hear(Found)
        modem.do(lambda one: one.ring(Incoming(report="before", report_after_ms=900, pieces=8, gap_ms=60)))
        a_moment(0.08)
        modem.unplug()
        ears.hear(Lost)
        assert not [event for event in ears.told(Caller) if event.number and not event.doubtful]
        modem.plug()
        ears.hear(Found, 2)
        modem.do(lambda one: one.ring(Incoming("13900139000", report="before", report_after_ms=300)))
        assert ears.hear(Caller).number == "13900139000"


def test_a_hung_modem_is_told_once_and_taken_up_again_when_it_answers(link: Path, tmp_path: Path):
    with plugged(link, deaf=True) as modem, switchboard(tmp_path, paths=[str(link)]) as (board, ears):
        assert ears.hear(Lost).reason == "hung"
        assert board.standings()[0].lost == "hung"
        modem.do(lambda one: setattr(one, "deaf", False))
        ears.hear(Found)
        assert len(ears.told(Lost)) == 1


def test_two_modems_alike_are_two_lines_each_in_its_socket(tmp_path: Path):
    """The same id, the same serial number, two calls at once; after a re-plug the names of the ports are swapped."""
    left, right = tmp_path / "ttyACM0", tmp_path / "ttyACM1"
    alike = {"vendor": 0x0572, "product": 0x1340, "serial": "12345678"}
    sockets = {"1-1.1": str(left), "1-1.2": str(right)}
    remembered: list[object] = []

    def present() -> list[Here]:
        return [
            Here(path=path, location=socket, **alike) for socket, path in sockets.items() if Path(path).is_symlink()
        ]

    def names() -> frozenset[str]:
        return frozenset(path.readlink().as_posix() for path in (left, right) if path.is_symlink())

    how = {"discover": True, "present": present, "ports": names, "remember": remembered.append}
    with plugged(left) as one, plugged(right) as other, switchboard(tmp_path, **how) as (_, ears):
        ears.hear(Found, line="usb-1-1.1")
        ears.hear(Found, line="usb-1-1.2")
        one.do(lambda modem: modem.ring(Incoming("13800138000")))
        other.do(lambda modem: modem.ring(Incoming("13900139000")))
        assert ears.hear(Caller, line="usb-1-1.1").number == "13800138000"
        assert ears.hear(Caller, line="usb-1-1.2").number == "13900139000"
        one.unplug()
        other.unplug()
        ears.hear(Lost, line="usb-1-1.1")
        ears.hear(Lost, line="usb-1-1.2")
        sockets |= {"1-1.1": str(right), "1-1.2": str(left)}
        other.plug()
        one.plug()
        ears.hear(Found, 2, line="usb-1-1.1")
        ears.hear(Found, 2, line="usb-1-1.2")
        one.do(lambda modem: modem.ring(Incoming("13700137000")))
        assert ears.hear(Caller, 2, line="usb-1-1.2").number == "13700137000"
    assert [seat.line for seat in remembered[-1]] == ["usb-1-1.1", "usb-1-1.2"]


def test_a_line_opens_nothing_by_a_name_that_is_gone(tmp_path: Path):
    """Whatever comes up under that name in the next moment may be the modem of the other line."""
    path, there = tmp_path / "ttyACM0", list[bool]()

    def present() -> list[Here]:
        return [Here(path=str(path), location="1-1.1", vendor=0x0572, product=0x1340)] if path.is_symlink() else []

    def opened(name: str) -> SerialPort:
        there.append(Path(name).exists())
        return HurriedPort(name, locks=tmp_path)

    how = {"discover": True, "present": present, "ports": frozenset, "open_port": opened}
    with plugged(path) as modem, switchboard(tmp_path, **how) as (_, ears):
        ears.hear(Found)
        modem.unplug()
        ears.hear(Lost)
        a_moment(2 * REST_S)
        modem.plug()
        ears.hear(Found, 2)
    assert len(there) >= 2 and all(there)


# ---- who may use the port


def test_a_port_that_another_program_has_open_is_named_with_that_program(link: Path, tmp_path: Path):
    with plugged(link):
        mine = SerialPort(str(link), locks=tmp_path)
        with pytest.raises(Gone) as refused:
            SerialPort(str(link), locks=tmp_path / "elsewhere")
        assert refused.value.reason == "taken"
        mine.close()
        SerialPort(str(link), locks=tmp_path).close()
        assert list(tmp_path.glob("LCK*")) == []


def test_a_lock_of_a_living_program_is_respected_and_one_of_a_dead_program_is_not(link: Path, tmp_path: Path):
    with plugged(link), switchboard(tmp_path, paths=[str(link)]) as (_, ears):
        ears.hear(Found)
    with plugged(link):
        lock = tmp_path / f"LCK..{os.path.realpath(link).removeprefix('/dev/').replace('/', '_')}"
        minicom = subprocess.Popen(["sleep", "60"])
        try:
            lock.write_text(f"{minicom.pid:10d}\n")
            with switchboard(tmp_path, paths=[str(link)]) as (_, ears):
                lost = ears.hear(Lost)
                assert (lost.reason, lost.detail) == ("taken", f"sleep ({minicom.pid})")
                minicom.kill()
                minicom.wait()
                ears.hear(Found)
        finally:
            minicom.kill()
        assert not lock.exists()


@pytest.mark.parametrize("content", [b"", b"garbage", b"    0\n", b"\x00\x00\x00\x7f", b"4194305\n"])
def test_a_lock_that_names_nobody_is_stale(content: bytes, tmp_path: Path):
    (tmp_path / "LCK..ttyACM9").write_bytes(content)
    lock = PortLock("/dev/ttyACM9", tmp_path)
    lock.take()
    assert (tmp_path / "LCK..ttyACM9").read_text().strip() == str(os.getpid())
    lock.give_back()
    assert not (tmp_path / "LCK..ttyACM9").exists()
    lock.give_back()


@pytest.mark.parametrize(
    ("lock", "process"),
    [
        (b"      2609\n", 2609),
        (b"2609 minicom root\n", 2609),
        ((2609).to_bytes(4, "little"), 2609),
        (b"", 0),
        (b"none", 0),
    ],
)
def test_four_bytes_that_look_like_a_digit_and_a_line_end_are_a_number(lock: bytes, process: int):
    assert process_of(lock) == process


def test_an_old_lock_of_four_bytes_is_read(tmp_path: Path):
    other = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "LCK..ttyACM9").write_bytes(other.pid.to_bytes(4, "little"))
        with pytest.raises(Taken, match=rf"\({other.pid}\)"):
            PortLock("/dev/ttyACM9", tmp_path).take()
    finally:
        other.kill()
        other.wait()


def test_without_a_folder_for_locks_there_is_none(tmp_path: Path):
    PortLock("/dev/ttyACM9", tmp_path / "missing").take()
    assert who_has(str(tmp_path / "missing")) == ""


def test_who_holds_a_port_can_be_said(link: Path):
    with plugged(link):
        holding = f"import sys; port = open({str(link)!r}, 'rb', buffering=0); print(flush=True); sys.stdin.read()"
        other = subprocess.Popen(
            [sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert other.stdout is not None
        other.stdout.readline()
        assert f"({other.pid})" in who_has(str(link))
        other.communicate("")


def test_a_port_that_is_forbidden_says_which_group_is_missing(link: Path, tmp_path: Path):
    with plugged(link):
        port = link.resolve()
        mode = port.stat().st_mode
        port.chmod(0)
        mine = os.geteuid()
        try:
            if mine == 0:
                os.seteuid(65534)
            with pytest.raises(Gone) as refused:
                SerialPort(str(port), locks=Path("/proc"))
        finally:
            os.seteuid(mine)
            port.chmod(mode)
        assert refused.value.reason == "forbidden"
        assert refused.value.detail


@pytest.mark.parametrize("path", ["/dev/ttyNOBODY7", "/", "/dev/null"])
def test_what_is_no_port_is_one_that_is_not_there(path: str, tmp_path: Path):
    with pytest.raises(Gone) as refused:
        SerialPort(path, locks=tmp_path)
    assert refused.value.reason in {"unplugged", "forbidden"}


def test_a_pulled_plug_is_noticed_by_reading_and_by_writing(link: Path, tmp_path: Path):
    for act in (lambda port: port.wait(5, to_write=False), lambda port: [port.write(b"AT\r") for _ in range(9)]):
        with plugged(link) as modem:
            port = SerialPort(str(link), locks=tmp_path)
            modem.unplug()
            a_moment(0.3)
            with pytest.raises(Gone):
                act(port)
            port.close()


# ---- what must not stop the others


def test_a_fault_of_our_own_costs_a_moment_not_the_line(link: Path, tmp_path: Path):
    tries: list[str] = []

    def opening(path: str) -> SerialPort:
        tries.append(path)
        if len(tries) == 1:
            raise RuntimeError("a bug")
        return HurriedPort(path, locks=tmp_path)

    with plugged(link), switchboard(tmp_path, paths=[str(link)], open_port=opening) as (_, ears):
        ears.hear(Found)
    assert len(tries) == 2


def test_a_listener_that_fails_does_not_cost_the_others_their_news(link: Path, tmp_path: Path):
    def failing(_: object) -> None:
        raise ValueError("a bug")

    with plugged(link), switchboard(tmp_path, paths=[str(link)]) as (board, ears):
        board._listeners.insert(0, failing)
        line = ears.hear(Found).line
        board.do(line, Check())
        ears.hear(Done)
    assert not board.do("nobody", Check())
