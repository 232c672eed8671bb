"""A stick carries what the wire would: torn, late, twice, by the wrong hands, full, pulled out."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import Refusal, cold
from appliance.sync.boxes import bundle
from appliance.sync.boxes.keys import RootKey
from appliance.sync.boxes.notebook import Notebook
from appliance.sync.boxes.stick import Stick, Taken, places
from tests.cast import agree, clean
from tests.journal.toy import sell
from tests.sync.kin import Kin, introduce, kin, talk
from tests.sync.test_lapsed import weeks

needs_mounts = pytest.mark.skipif(os.geteuid() != 0, reason="small file systems are mounted by root")


def stick_of(box: Kin) -> Stick:
    box.notebook = Notebook(":memory:")
    return Stick(box.key, box.circle, box.swap, box.notebook, box.clock, random.Random(box.key.box).randbytes)


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Callable[..., Kin]]:
    opened: list[Kin] = []

    def make(code: str, **told) -> Kin:
        opened.append(kin(tmp_path / code, code, **told))
        opened[-1].stick = stick_of(opened[-1])
        return opened[-1]

    yield make
    for one in opened:
        one.journal.close()


@pytest.fixture
def alice(chain) -> Kin:
    return chain("A1")


@pytest.fixture
def bob(chain, alice: Kin) -> Kin:
    made = chain("B1")
    introduce(alice, made)
    return made


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


def trade(box: Kin, times: int = 3) -> None:
    for number in range(times):
        sell(box.desk, name=f"客人{number}" + "啊" * 50, total=12_800)


def test_what_was_written_here_is_there_after_a_walk(alice: Kin, bob: Kin, stick: Path):
    trade(alice)
    told: list[tuple[int, int]] = []
    written = alice.stick.write(stick, progress=lambda done, whole: told.append((done, whole)))
    assert written.path.name == "A1-2026-11-24-100007.bundle" or written.path.suffix == ".bundle"
    assert written.readers == ("B1",) and written.bytes == written.path.stat().st_size and told
    taken = bob.stick.read(written.path)
    assert taken.applied == 6 and taken.whole and taken.damaged == 0 and taken.sender == "A1"
    assert alice.journal.digest() == bob.journal.digest() and agree(alice.desk, bob.desk) and clean(bob.desk) == []


def test_a_stick_read_twice_and_late_changes_nothing(alice: Kin, bob: Kin, stick: Path):
    trade(alice)
    first = alice.stick.write(stick)
    bob.stick.read(first.path)
    trade(alice)
    second = alice.stick.write(stick)
    bob.stick.read(second.path)
    before = bob.journal.digest()
    for path in (first.path, second.path, first.path):
        assert bob.stick.read(path).applied == 0
    assert bob.journal.digest() == before == alice.journal.digest()


def test_there_and_back_the_second_stick_carries_only_what_is_new(alice: Kin, bob: Kin, stick: Path):
    trade(alice, 200)
    there = alice.stick.write(stick)
    bob.stick.read(there.path)
    bob.clock.now = alice.clock.now
    trade(bob, 1)
    back = bob.stick.write(stick)
    assert back.bytes < there.bytes / 3, "the manifest told what need not be carried back"
    alice.stick.read(back.path)
    assert alice.journal.digest() == bob.journal.digest() and agree(alice.desk, bob.desk)


def test_a_box_whose_clock_is_doubtful_and_behind_does_not_stay_before_what_it_read(alice: Kin, bob: Kin, stick: Path):
    trade(alice)
    bob.clock.trusted, bob.clock.now = False, alice.clock.now - 86_400_000
    bob.stick.read(alice.stick.write(stick).path)
    assert len(bob.corrected) == 1 and 86_000_000 < bob.corrected[0] <= 86_400_000


def test_a_box_that_a_stick_brings_news_of_passes_them_on_by_wire(alice: Kin, bob: Kin, chain, stick: Path):
    carol = chain("C1")
    introduce(alice, bob, carol)
    trade(alice)
    bob.stick.read(alice.stick.write(stick, [bob.certificate]).path)
    assert talk(carol, bob).agreed and carol.journal.digest() == alice.journal.digest()


def test_nobody_but_the_chain_can_read_it(alice: Kin, bob: Kin, stick: Path):
    sell(alice.desk, name="张伟的秘密电话", total=100)
    raw = alice.stick.write(stick).path.read_bytes()
    assert "张伟".encode() not in raw and b"chain" not in raw.partition(alice.certificate.raw)[2]
    assert bob.journal.heads() == {}


@pytest.mark.parametrize("keep", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_torn_copy_gives_its_good_parts(alice: Kin, bob: Kin, stick: Path, keep: float, monkeypatch):
    monkeypatch.setattr(bundle, "PART_BYTES", 500)
    for _ in range(8):
        trade(alice, 5)
        list(alice.journal.segments({}))
    path = alice.stick.write(stick).path
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])
    try:
        taken = bob.stick.read(path)
    except Refusal:
        assert keep < 0.1
        return
    assert (not taken.whole and taken.applied < 80) or keep > 0.9
    path.write_bytes(whole)
    assert bob.stick.read(path).whole and alice.journal.digest() == bob.journal.digest() and agree(alice.desk, bob.desk)


def test_a_damaged_part_is_left_out_and_those_around_it_count(alice: Kin, bob: Kin, stick: Path, monkeypatch):
    monkeypatch.setattr(bundle, "PART_BYTES", 1)
    trade(alice, 2)
    first = list(alice.journal.segments({}))
    trade(alice, 2)
    assert len(first) == 2
    path = alice.stick.write(stick).path
    whole = bytearray(path.read_bytes())
    whole[-700] ^= 0xFF
    path.write_bytes(whole)
    taken = bob.stick.read(path)
    assert taken.damaged == 1 and not taken.whole and taken.parts == 1 and 0 < taken.applied < 8


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happened_to_a_file_bob_reads_on_or_says_why(tmp_path_factory, data):
    _, bob, whole, path = _written(tmp_path_factory)
    raw = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "zero", "twice"]))
        if kind == "flip":
            raw[at] ^= data.draw(st.integers(1, 255))
        elif kind == "cut":
            del raw[at : at + data.draw(st.integers(1, 300))]
        elif kind == "zero":
            raw[at : at + 200] = bytes(len(raw[at : at + 200]))
        else:
            raw[at:at] = raw[at : at + 400]
        if not raw:
            raw = bytearray(b"\0")
    path.write_bytes(raw)
    try:
        taken = bob.stick.read(path)
    except Refusal:
        return
    assert isinstance(taken, Taken) and taken.refused == 0


_kept: list[object] = []


def _written(factory):
    if not _kept:
        boxes = [kin(factory.mktemp("sticks") / code, code) for code in ("A1", "B1")]
        introduce(*boxes)
        for one in boxes:
            one.stick = stick_of(one)
        trade(boxes[0], 20)
        path = boxes[0].stick.write(factory.mktemp("stick")).path
        _kept.extend([*boxes, path.read_bytes(), path])
    return _kept


def refused(box: Kin, path: Path) -> str:
    before = box.journal.digest()
    with pytest.raises(Refusal) as refusal:
        box.stick.read(path)
    assert box.journal.digest() == before
    return str(refusal.value)


def test_a_bundle_of_another_chain_is_refused_in_words(alice: Kin, chain, stick: Path):
    other = RootKey("0" * 40)
    eve, ida = chain("E1", root=other), chain("I1", root=other)
    introduce(eve, ida)
    trade(eve)
    path = eve.stick.write(stick).path
    assert "another chain" in refused(alice, path)
    assert [one.trouble for one in alice.stick.lying(stick)] == [
        "This bundle belongs to another chain. Nothing of it was taken in."
    ]


def test_a_bundle_of_a_box_that_was_put_out_is_refused_in_words(alice: Kin, bob: Kin, stick: Path):
    trade(bob)
    path = bob.stick.write(stick).path
    alice.circle.revoke(bob.key.box)
    assert "put out of the chain" in refused(alice, path)


def test_a_bundle_for_others_is_refused_in_words(alice: Kin, bob: Kin, chain, stick: Path):
    carol = chain("C1")
    introduce(alice, bob, carol)
    trade(alice)
    path = alice.stick.write(stick, [carol.certificate]).path
    assert "not written for this box" in refused(bob, path)


def test_a_forged_header_and_what_is_no_bundle_are_refused_in_words(alice: Kin, bob: Kin, stick: Path):
    trade(alice)
    path = alice.stick.write(stick).path
    raw = bytearray(path.read_bytes())
    at = raw.find(alice.certificate.raw) + len(alice.certificate.raw) + 3
    raw[at] ^= 1
    path.write_bytes(raw)
    assert "no bundle" in refused(bob, path)
    for rubbish in (b"", b"ZGBUNDL1", b"PK\x03\x04" + bytes(5_000), b"ZGBUNDL1\xff\xff\xff\xff", bytes(100_000)):
        path.write_bytes(rubbish)
        assert "no bundle" in refused(bob, path)
    assert len(bob.stick.lying(stick)) == 1 and bob.stick.lying(stick)[0].trouble


def test_a_bundle_for_a_branch_box_holds_only_what_it_may_see(alice: Kin, chain, stick: Path):
    bob = chain("B1", partitions=["chain", "summary", "branch/b"], branch="b")
    introduce(alice, bob)
    trade(alice)
    bob.stick.read(alice.stick.write(stick).path)
    assert {place for _, place in bob.journal.heads()} == {"chain"}


def test_a_box_alone_has_nobody_to_write_for(alice: Kin, stick: Path):
    with pytest.raises(Refusal, match="no other box"):
        alice.stick.write(stick)


# ---- the stick itself


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A stick of 64 KiB."""
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=False, capture_output=True)


def test_a_stick_brings_a_new_box_what_was_trimmed_long_ago(
    alice: Kin, bob: Kin, chain, stick: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cold, "CHUNK_ENTRIES", 20)
    trade(alice, 60)
    weeks(4, alice, bob)
    trade(alice, 3)
    fresh = chain("C1")
    introduce(alice, bob, fresh)
    fresh.clock.now = alice.clock.now
    assert alice.journal.lapsed({})
    written = alice.stick.write(stick)
    torn = stick / "torn.bundle"
    torn.write_bytes(_without_a_part(written.path.read_bytes(), 1))
    assert not fresh.stick.read(torn).whole and not fresh.journal.lapsed({})
    taken = fresh.stick.read(written.path)
    assert taken.whole and taken.damaged == 0
    assert fresh.journal.digest() == alice.journal.digest()
    assert agree(alice.desk, fresh.desk) and clean(fresh.desk) == []
    assert bob.stick.read(written.path).whole and clean(bob.desk) == []


def _without_a_part(told: bytes, number: int) -> bytes:
    at = 12 + int.from_bytes(told[8:12], "big")
    for _ in range(number):
        at += 16 + int.from_bytes(told[at + 12 : at + 16], "big")
    return told[:at] + told[at + 16 + int.from_bytes(told[at + 12 : at + 16], "big") :]


@needs_mounts
def test_a_full_stick_is_said_and_keeps_no_half_file(alice: Kin, bob: Kin, small: Path):
    (small / "photos").write_bytes(bytes(60 * 1024))
    for _ in range(3):
        trade(alice, 40)
    with pytest.raises(Refusal, match="stick is full"):
        alice.stick.write(small)
    assert [path.name for path in small.iterdir()] == ["photos"]
    (small / "photos").unlink()
    bob.stick.read(alice.stick.write(small).path)
    assert alice.journal.digest() == bob.journal.digest()


@needs_mounts
def test_a_stick_pulled_out_while_writing_is_said(alice: Kin, bob: Kin, small: Path):
    trade(alice, 3)

    def pull(_done: int, _whole: int) -> None:
        subprocess.run(["umount", "-l", small], check=False, capture_output=True)

    with pytest.raises(Refusal, match="pulled out"):
        alice.stick.write(small, progress=pull)
    assert list(small.iterdir()) == []


@needs_mounts
def test_a_locked_stick_is_said(alice: Kin, bob: Kin, small: Path):
    subprocess.run(["mount", "-o", "remount,ro", small], check=True)
    with pytest.raises(Refusal, match="does not take writes"):
        alice.stick.write(small)


def test_a_stick_that_gives_back_something_else_is_said(alice: Kin, bob: Kin, stick: Path):
    trade(alice, 3)

    def worn_out(_done: int, whole: int) -> None:
        if whole:  # While it is read again.
            (path,) = stick.glob("*.bundle")
            path.write_bytes(path.read_bytes()[:-40] + bytes(40))

    real = os.posix_fadvise
    try:
        os.posix_fadvise = lambda *_: worn_out(0, 1)
        with pytest.raises(Refusal, match="does not give back"):
            alice.stick.write(stick)
    finally:
        os.posix_fadvise = real


def test_a_stick_that_is_not_there_is_said(alice: Kin, bob: Kin, tmp_path: Path):
    for act in (lambda: alice.stick.write(tmp_path / "nowhere"), lambda: alice.stick.lying(tmp_path / "nowhere")):
        with pytest.raises(Refusal, match="pulled out"):
            act()
    with pytest.raises(Refusal, match="pulled out"):
        alice.stick.read(tmp_path / "nowhere" / "A1.bundle")


def test_sticks_are_found_where_the_machine_mounted_them(tmp_path: Path):
    for path, told in (
        (
            "proc/self/mounts",
            (
                "/dev/sda2 / ext4 rw 0 0\n/dev/sdb1 /mnt/\\345\\260\\217\\040stick vfat rw 0 0\n"
                "/dev/sdc1 /media/owner/PHOTOS exfat rw 0 0\ntmpfs /run tmpfs rw 0 0\n"
            ),
        ),
        ("sys/devices/sda/removable", "0"),
        ("sys/devices/sdb/removable", "1"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(told)
    (tmp_path / "sys/class/block").mkdir(parents=True)
    for part in ("sda/sda2", "sdb/sdb1"):
        (tmp_path / "sys/devices" / part).mkdir()
        (tmp_path / "sys/class/block" / Path(part).name).symlink_to(tmp_path / "sys/devices" / part)
    assert places(tmp_path) == [Path("/media/owner/PHOTOS"), Path("/mnt/小 stick")]
    assert places(tmp_path / "nowhere") == []
