"""Programs that others wrote judge our emulated modem, and a modem that others wrote judges our driver.

An emulator by the author of the driver shares its misreadings (spec/modem.md 10.3). `vm` is Debian's mgetty-voice,
`minimodem` hears caller ID in sound, `iaxmodem` is a modem made of spandsp, `ncidd` is the server of NCID, which
Debian no longer has; each runs as a program of its own.
"""

import os
import random
import shutil
import socket
import struct
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from math import pi, sin
from pathlib import Path

import pytest

from appliance.assembly import WallClock
from appliance.demo.modem import CHIPS, EmulatedModem, Incoming, PluggedModem
from appliance.demo.modem.calls import as_packet, as_simple_packet
from appliance.hardware.line import Caller, Found, Ring
from appliance.hardware.modem import Switchboard
from tests.hardware.plugs import Ears, a_moment
from tests.hardware.wired import wire
from tests.patience import PATIENCE_S, until

RMD_HEADER = 32
# Every value a byte can have comes first: how much `vm` records in its second is for the machine to say, not for us.
pytestmark = pytest.mark.waits
SOUND = bytes(range(256)) + random.Random(3).randbytes(8_000 * 20)


@contextmanager
def emulated(folder: Path, chip: str) -> Iterator[PluggedModem]:
    modem = PluggedModem(EmulatedModem(WallClock(), CHIPS[chip]), folder / "modem", cuts=True).start()
    try:
        yield modem
    finally:
        modem.stop()


@contextmanager
def running(*command: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield program
    finally:
        program.terminate()
        program.wait(PATIENCE_S)


# ---- vm


def vm(device: PluggedModem, *words: str) -> str:
    port = device.link.readlink().as_posix().removeprefix("/dev/")
    command = ["vm", words[0], "-v", "-t", "-l", port, *words[1:]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    return done.stdout + done.stderr


def test_vm_records_from_the_emulated_modem_and_plays_to_it_byte_for_byte(tmp_path: Path):
    with emulated(tmp_path, "v253") as device:
        device.do(lambda modem: modem.sound.feed(SOUND))
        file = tmp_path / "message.rmd"
        assert "Recording complete" in vm(device, "record", "-c", "8", "-L", "1", str(file))
        body = file.read_bytes()[RMD_HEADER:]
        assert set(body) == set(range(256))
        assert body == SOUND[: len(body)]
        vm(device, "play", str(file))
        assert bytes(device.modem.speaker.heard) == body
        assert not device.modem.off_hook
        assert {"AT+FCLASS=8", "AT+VRX", "AT+VTX", "AT+VLS=0", "AT+FCLASS=0"} <= set(device.modem.commands)


# ---- minimodem


def as_sound(packet: bytes, file: Path) -> None:
    """Send a packet as an exchange does: Bell 202, 1200 bits a second, seizure and mark before it (spec 3.5)."""
    rate, bits = 48_000, [0, 1] * 150 + [1] * 180
    for byte in packet:
        bits += [0, *(byte >> n & 1 for n in range(8)), 1]
    bits += [1] * 40
    phase, samples = 0.0, bytearray()
    for bit in bits:
        for _ in range(rate // 1200):
            phase += 2 * pi * (1200 if bit else 2200) / rate
            samples += struct.pack("<h", int(12_000 * sin(phase)))
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, rate, 0, "NONE", ""))
        out.writeframes(bytes(rate // 5) + samples + bytes(rate // 5))


@pytest.mark.parametrize("build", [as_packet, as_simple_packet])
def test_minimodem_hears_the_caller_that_our_exchange_sends(build, tmp_path: Path):
    as_sound(build(Incoming("13800138000", "LI NA", date="1123", time="1405")), tmp_path / "caller.wav")
    command = ["minimodem", "--rx", "--quiet", "--file", str(tmp_path / "caller.wav"), "callerid"]
    heard = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True).stdout
    assert "11/23 14:05" in heard
    assert "13800138000" in heard.replace("-", "")
    assert ("LI NA" in heard) == (build is as_packet)


# ---- iaxmodem


class CallerByIAX:
    """A telephone that calls by IAX2 (RFC 5456): just enough to let a modem ring."""

    NEW, HANGUP, ACK = 1, 5, 4
    IAX = 6
    SIGNED_LINEAR = struct.pack(">I", 0x40)

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self._sent = self._theirs = self._ms = 0

    def call(self, number: str, name: str) -> None:
        told = {0x0B: b"\0\2", 1: b"100", 2: number.encode(), 4: name.encode(), 5: b"default", 6: b"shop"}
        told |= {9: self.SIGNED_LINEAR, 8: self.SIGNED_LINEAR, 0x0D: b"100"}
        self._send(self.NEW, b"".join(bytes((kind, len(value))) + value for kind, value in told.items()))
        self._sent = 1

    def acknowledge(self) -> None:
        """Agree to whatever the other side says, so that it does not say it again."""
        try:
            frame = self._socket.recv(4096)
        except TimeoutError:
            return
        source, _, at, theirs, _, kind, what = struct.unpack(">HHIBBBB", frame[:12])
        if source & 0x8000 and (kind, what) != (self.IAX, self.ACK):
            self._theirs, self._ms = source & 0x7FFF, at
            self._send(self.ACK, seen=theirs + 1)

    def hang_up(self) -> None:
        self._send(self.HANGUP)
        self._socket.close()

    def _send(self, what: int, told: bytes = b"", seen: int = 0) -> None:
        head = struct.pack(">HHIBBBB", 0x8007, self._theirs, self._ms, self._sent, seen & 0xFF, self.IAX, what)
        self._socket.sendto(head + told, self._to)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose name fits into iaxmodem's memory."""
    with tempfile.TemporaryDirectory(prefix="iax", dir="/tmp") as folder:
        yield Path(folder)


@pytest.mark.skipif(not os.access("/var/log/iaxmodem", os.W_OK), reason="iaxmodem writes its log as root only")
def test_our_driver_reads_a_modem_that_others_wrote(short_path: Path):
    port, link = free_port(), short_path / "ttyIAX"
    settings = {"device": link, "owner": "root:root", "mode": 660, "port": port, "refresh": 0, "server": "127.0.0.1"}
    settings |= {"peername": "shop", "secret": "x", "cidname": "shop", "cidnumber": 100, "codec": "slinear"}
    config = short_path / "config"
    config.write_text("".join(f"{name}\t{value}\n" for name, value in settings.items()))
    # Its folder of settings cannot be chosen, so the name of the settings leads out of it.
    with running("iaxmodem", f"../..{config}", log=short_path / "log"):
        until(link.exists)
        board, ears = Switchboard(WallClock(), paths=[str(link)], discover=False), Ears()
        board.listen(ears)
        board.start()
        try:
            found = ears.hear(Found)
            assert (found.profile, found.can.caller_id, found.can.voice) == ("data", True, False)
            # For some seconds after a command it turns calls away.
            for _ in range(12):
                telephone = CallerByIAX(port)
                telephone.call("13800138000", "LI NA")
                if any(telephone.acknowledge() or ears.told(Ring) for _ in range(15)):
                    break
                telephone.hang_up()
            told = ears.told(Caller)[-1]
            assert (told.number, told.name, told.doubtful) == ("13800138000", "LI NA", False)
            assert told.call == ears.told(Ring)[0].call
            telephone.hang_up()
        finally:
            board.stop()


# ---- ncidd

ORDINARY = [
    Incoming("13800138000", "LI NA", rings=2),
    Incoming("02062345678", rings=2),
    Incoming("5125551234", "JOHN DOE", report="before", rings=2),
    Incoming("P", "P", rings=2),
    Incoming("O", "O", rings=2),
]


@pytest.mark.skipif(not shutil.which("ncidd"), reason="Debian has no ncidd; it is compared where one is installed")
def test_ncidd_agrees_on_ordinary_reports(tmp_path: Path):
    for name in ("alias", "black", "white", "calls", "config"):
        (tmp_path / name).touch()
    files = {
        "-C": "config",
        "-A": "alias",
        "-B": "black",
        "-W": "white",
        "-c": "calls",
        "-L": "log",
        "-P": "pid",
        "-l": "lock",
    }
    where = [word for switch, name in files.items() for word in (switch, str(tmp_path / name))]
    with emulated(tmp_path, "usr") as device:
        port = device.link.readlink().as_posix()
        # It listens on every address: in a network of its own nobody is there to hear it.
        with running("unshare", "-rn", "ncidd", "-D", "-t", port, *where, log=tmp_path / "out"):
            until(lambda: "AT+VCID=1" in device.modem.commands)
            for n, call in enumerate(ORDINARY):
                a_moment(1)
                device.do(lambda modem, call=call: modem.ring(call))
                until(lambda n=n: (tmp_path / "calls").read_text().count("\n") > n)
                a_moment(7)
    theirs = [line.split("*") for line in (tmp_path / "calls").read_text().splitlines()]
    words = {"PRIVATE": "withheld", "OUT-OF-AREA": "unavailable"}
    for line, call in zip(theirs, ORDINARY, strict=True):
        ours = wire(CHIPS["usr"])
        ours.device.ring(call)
        told = ours.run(20_000).told(Caller)[-1]
        said = dict(zip(line[1::2], line[2::2], strict=False))
        assert said["NMBR"] == told.number or words[said["NMBR"]] == told.presentation
        assert said["NAME"] in {told.name, "NO NAME", "PRIVATE", "OUT-OF-AREA"}
        assert (said["DATE"][:4], said["TIME"]) == (told.sent_date, told.sent_time)
