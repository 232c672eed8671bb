"""The recorder: what was said is kept, sealed from the first second, and comes back from any place on."""

from __future__ import annotations

import io
import os
import random
import struct
import threading
import wave
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.hardware.line import BYTES_A_SECOND, RATE
from appliance.hardware.recorder import Recorder, Sealed, Unreadable
from appliance.hardware.recorder import recording as recording_module
from appliance.hardware.recorder.sealing import HEAD_BYTES, PIECE_BYTES, Sealer
from appliance.hardware.recorder.sound import bars, peak, wav_header
from appliance.hardware.recorder.squeezing import Heard, squeeze
from tests.patience import PATIENCE_S, until

KEY = bytes(range(32))
SECRET = b"the customer's own words, said in trust "


def speech(seconds: float, seed: int = 1) -> bytes:
    """Something like speech: loud and quiet by turns."""
    chance = random.Random(seed)
    count = int(seconds * RATE)
    tall = [int(8_000 * abs((place // 2_000 % 4) - 2) / 2) + 1 for place in range(count)]
    return struct.pack(f"<{count}h", *(chance.randrange(-one, one) for one in tall))


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path / "recordings", KEY, random.Random(7).randbytes)


def opened(path: Path) -> bytes:
    sealed = Sealed(path, KEY)
    content = io.BufferedReader(sealed).read()
    sealed.close()
    return content


def recorded(recorder: Recorder, pcm: bytes, name: str = "a", cut: int = 320) -> Path:
    taking = recorder.begin(name)
    for start in range(0, len(pcm), cut):
        taking.add(pcm[start : start + cut])
    taken = taking.finish()
    assert taken is not None
    return taken.path


def test_what_was_said_comes_back_as_a_wav(recorder: Recorder) -> None:
    said = speech(3.3)
    path = recorded(recorder, said)
    with wave.open(io.BytesIO(opened(path))) as found:
        assert (found.getframerate(), found.getnchannels(), found.getsampwidth()) == (RATE, 1, 2)
        assert found.readframes(found.getnframes()) == said


@given(st.lists(st.integers(0, 3 * BYTES_A_SECOND // 2), max_size=6), st.integers(1, 5_000))
@settings(max_examples=25, deadline=None)
def test_however_it_is_cut_it_is_the_same_recording(tmp_path_factory, lengths: list[int], cut: int) -> None:
    recorder = Recorder(tmp_path_factory.mktemp("cut"), KEY, random.Random(1).randbytes)
    pcm = random.Random(sum(lengths)).randbytes(sum(lengths) // 2 * 2)
    taking = recorder.begin("x")
    for start in range(0, len(pcm), cut):
        taking.add(pcm[start : start + cut])
    taken = taking.finish()
    if not pcm:
        assert taken is None and recorder.interrupted() == recorder.finished() == []
        return
    assert taken is not None
    assert opened(taken.path)[HEAD_BYTES:] == pcm and taken.samples == len(pcm) // 2


def test_nothing_on_the_disk_can_be_read_without_the_key_at_any_moment(recorder: Recorder, tmp_path: Path) -> None:
    said = SECRET * 2_000
    taking = recorder.begin("a")
    taking.add(said[: len(said) // 2])
    until(lambda: any(path.stat().st_size > PIECE_BYTES for path in recorder.folder.iterdir()))
    for path in recorder.folder.iterdir():
        assert SECRET not in path.read_bytes() and b"RIFF" not in path.read_bytes()
        with pytest.raises(Unreadable):
            Sealed(path, bytes(32)).slot(1)
    taking.add(said[len(said) // 2 :])
    taken = taking.finish()
    assert taken is not None
    assert SECRET in opened(taken.path)
    raw = taken.path.read_bytes()
    assert SECRET not in raw and SECRET[:8] not in raw and b"RIFF" not in raw
    assert oct(taken.path.stat().st_mode & 0o777) == "0o600"
    assert oct(recorder.folder.stat().st_mode & 0o777) == "0o700"


def test_two_recordings_of_the_same_words_have_nothing_in_common(recorder: Recorder) -> None:
    one, two = (recorded(recorder, speech(1), name).read_bytes() for name in "ab")
    assert len(one) == len(two)
    assert sum(x == y for x, y in zip(one[20:], two[20:], strict=True)) < len(one) // 50


def test_a_changed_byte_or_exchanged_second_is_noticed(recorder: Recorder) -> None:
    path = recorded(recorder, speech(3))
    raw = bytearray(path.read_bytes())
    raw[-5] ^= 1
    path.write_bytes(raw)
    with pytest.raises(Unreadable):
        opened(path)
    slot = PIECE_BYTES + 28
    raw[-5] ^= 1
    first = len(raw) - 3 * slot
    raw[first : first + slot], raw[first + slot : first + 2 * slot] = raw[first + slot : first + 2 * slot], raw[first : first + slot]  # fmt: skip
    path.write_bytes(raw)
    with pytest.raises(Unreadable):
        opened(path)


@pytest.mark.parametrize("content", [b"", b"ZGR1", b"RIFF" * 100])
def test_what_is_no_recording_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(Unreadable):
        Sealed(tmp_path / "x", KEY)


@given(st.binary(min_size=HEAD_BYTES, max_size=3 * PIECE_BYTES), st.integers(0, 60_000), st.integers(0, 60_000))
@settings(max_examples=30, deadline=None)
def test_any_stretch_can_be_read_alone(tmp_path_factory, content: bytes, start: int, count: int) -> None:
    path = tmp_path_factory.mktemp("stretch") / "x"
    sealer = Sealer(path, KEY, random.Random(3).randbytes)
    sealer.head(content[:HEAD_BYTES])
    for at in range(HEAD_BYTES, len(content), PIECE_BYTES):
        sealer.piece(content[at : at + PIECE_BYTES])
    sealer.close()
    sealed = Sealed(path, KEY)
    assert sealed.length == len(content)
    sealed.seek(start)
    assert io.BufferedReader(sealed).read(count) == content[start : start + count]


# ---- what survives


def test_a_box_that_stopped_in_the_middle_keeps_what_was_said(recorder: Recorder) -> None:
    said = speech(5.5)
    taking = recorder.begin("a")
    taking.add(said)
    part = recorder.folder / "a.part"
    until(lambda: part.stat().st_size >= 5 * PIECE_BYTES)
    # The power goes in the middle of writing: the last slot is torn, the header speaks of less.
    torn = part.read_bytes() + os.urandom(777)
    taking.finish()
    part.write_bytes(torn)
    assert recorder.interrupted() == ["a"]
    taken = recorder.repair("a")
    assert taken is not None and taken.samples == 5 * RATE
    assert opened(taken.path)[HEAD_BYTES:] == said[: 5 * BYTES_A_SECOND]
    with wave.open(io.BytesIO(opened(taken.path))) as found:
        assert found.getnframes() == 5 * RATE
    assert recorder.interrupted() == [] and recorder.finished() == ["a"]
    assert recorder.taken("a") == taken


def test_a_recording_that_had_hardly_begun_is_put_away(recorder: Recorder) -> None:
    recorder.begin("a")
    (recorder.folder / "b.part").write_bytes(b"")
    assert recorder.interrupted() == ["a", "b"]
    assert recorder.repair("a") is None and recorder.repair("b") is None
    assert recorder.interrupted() == []


def test_the_header_on_the_disk_follows_what_was_said(recorder: Recorder) -> None:
    taking = recorder.begin("a")
    taking.add(speech(3))

    def heard() -> int:
        sealed = Sealed(recorder.folder / "a.part", KEY)
        size = struct.unpack("<I", sealed.slot(0)[40:44])[0]
        sealed.close()
        return int(size)

    until(lambda: heard() == 3 * BYTES_A_SECOND)
    taking.finish()


def test_sound_that_the_device_lost_is_silence_and_counted(recorder: Recorder) -> None:
    taking = recorder.begin("a")
    taking.add(b"\x01\x00" * 100)
    taking.add(b"\x02\x00" * 100, missing=50)
    taken = taking.finish()
    assert taken is not None
    assert (taken.missing, taken.samples) == (50, 250)
    assert opened(taken.path)[HEAD_BYTES:] == b"\x01\x00" * 100 + bytes(100) + b"\x02\x00" * 100


def test_who_brings_sound_never_waits_for_a_stalled_disk(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    stalled = threading.Event()
    real = Sealer.piece
    waited: list[bool] = []
    monkeypatch.setattr(
        Sealer, "piece", lambda self, content: (waited.append(stalled.wait(PATIENCE_S)), real(self, content))[1]
    )
    taking = recorder.begin("a")
    said = speech(20)
    for start in range(0, len(said), 320):
        taking.add(said[start : start + 320])
    stalled.set()
    taken = taking.finish()
    assert waited and all(waited), "the disk went on only after all of the sound had been brought"
    assert taken is not None and taken.missing == 0
    assert opened(taken.path)[HEAD_BYTES:] == said


def test_what_a_disk_cannot_take_for_long_is_lost_and_counted(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_module, "MOST_WAITING", 2 * BYTES_A_SECOND)
    stalled = threading.Event()
    real = Sealer.piece
    monkeypatch.setattr(Sealer, "piece", lambda self, content: (stalled.wait(), real(self, content))[1])
    taking = recorder.begin("a")
    for _ in range(100):
        taking.add(speech(0.1))
    stalled.set()
    taken = taking.finish()
    assert taken is not None and taken.missing > 0
    assert taken.samples + taken.missing == 10 * RATE


def test_a_disk_that_fails_ends_the_recording_not_the_call(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Sealer.piece

    def full(self: Sealer, content: bytes) -> None:
        if self._place > 2:
            raise OSError(28, "No space left on device")
        real(self, content)

    monkeypatch.setattr(Sealer, "piece", full)
    taking = recorder.begin("a")
    taking.add(speech(6))
    taken = taking.finish()
    assert taken is not None
    assert taken.samples == 2 * RATE and taken.missing == 4 * RATE


# ---- how loud, and how small


def test_loud_and_quiet_are_drawn_apart() -> None:
    assert peak(struct.pack("<4h", 5, -32_768, 7, 0)) == 32_767 and peak(b"") == 0
    drawn = bars([0] * 50 + [30_000] * 50)
    assert len(drawn) == 96 and drawn[0] == "0" and drawn[-1] == "f"
    assert bars([]) == "" and len(bars([1, 2, 3])) == 3
    assert len(wav_header(0)) == HEAD_BYTES


def test_squeezing_keeps_every_sample_and_a_tenth_of_the_size(recorder: Recorder, tmp_path: Path) -> None:
    said = speech(30)
    path = recorded(recorder, said)
    small = tmp_path / "small"
    assert squeeze(path, small, KEY, random.Random(5).randbytes)
    assert small.stat().st_size < path.stat().st_size / 5
    assert b"OggS" not in small.read_bytes()
    heard = Heard(small, KEY, 30 * RATE, as_wav=True)
    assert heard.opus and heard.kind == "audio/wav" and heard.length == path_length(path)
    whole = b"".join(heard.pieces())
    assert len(whole) == HEAD_BYTES + len(said)
    # A stretch out of the middle is the same stretch of the whole, give or take what a decoder remembers.
    middle = heard.read(HEAD_BYTES + 400_001, HEAD_BYTES + 400_101)
    assert len(middle) == 100
    as_it_is = Heard(small, KEY, 30 * RATE, as_wav=False)
    assert as_it_is.kind == "audio/ogg" and as_it_is.read(0, 4) == b"OggS"
    heard.close()


def test_a_recording_that_cannot_be_squeezed_stays(recorder: Recorder, tmp_path: Path) -> None:
    path = recorded(recorder, speech(1))
    assert not squeeze(path, tmp_path / "small", bytes(32), random.Random(5).randbytes)
    assert not (tmp_path / "small").exists() and path.exists()


def path_length(path: Path) -> int:
    sealed = Sealed(path, KEY)
    length = sealed.length
    sealed.close()
    return length
