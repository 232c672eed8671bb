"""The anchor: a database that was copied, restored or carried over is known at the next start."""

import random
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from appliance.sync.boxes.anchor import Anchor, _berth, alone, anchor_path, machine_of

BOX = bytes(range(16))
AUTHOR = BOX + bytes(8)
HEADS = {(AUTHOR, "chain"): (7, b"\x07" * 32)}
chance = random.Random(5).randbytes


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "shop.db")) as conn:
        conn.execute("create table log (n integer)")
    return folder


def anchor(folder: Path, machine: bytes = b"this machine", box: bytes = BOX) -> Anchor:
    return Anchor(anchor_path(folder, folder.parent / "anchors"), machine, box)


def start(folder: Path, author: bytes = AUTHOR, **told) -> str:
    found = anchor(folder, **told)
    why = found.disagrees(folder / "shop.db", author)
    found.moor(folder / "shop.db", author, chance, fresh=bool(why))
    return why


def test_a_box_that_starts_again_is_the_same(place: Path):
    assert [start(place) for _ in range(4)] == ["", "", "", ""]


def test_a_copied_folder_is_another_box_and_the_first_stays_what_it_was(place: Path):
    start(place)
    copy = shutil.copytree(place, place.parent / "copy")
    assert "copied" in start(copy)
    assert start(place) == ""


def test_a_folder_restored_in_place_is_known_by_its_old_token(place: Path):
    start(place)
    kept = shutil.copytree(place, place.parent / "backup")
    start(place)
    shutil.rmtree(place)
    shutil.copytree(kept, place)
    assert "older than the last start" in start(place)


def test_a_database_set_back_within_one_day_is_known_by_what_was_given_away(place: Path):
    start(place)
    found = anchor(place)
    found.give(AUTHOR, HEADS)
    again = anchor(place)
    assert again.disagrees(place / "shop.db", AUTHOR) == ""
    assert again.lost(AUTHOR, HEADS) == ""
    assert again.lost(AUTHOR, {(AUTHOR, "chain"): (9, b"\x09" * 32)}) == ""
    assert "given away" in again.lost(AUTHOR, {(AUTHOR, "chain"): (6, b"\x06" * 32)})
    assert "given away" in again.lost(AUTHOR, {(AUTHOR, "chain"): (7, b"\x08" * 32)})
    assert "given away" in again.lost(AUTHOR, {})


def test_what_other_authors_gave_away_is_no_business_of_this_anchor(place: Path):
    start(place)
    found = anchor(place)
    found.give(AUTHOR, {(BOX + b"another!", "chain"): (99, b"")})
    assert anchor(place).lost(AUTHOR, {}) == ""


def test_a_new_incarnation_begins_without_the_old_ones_debts(place: Path):
    start(place)
    anchor(place).give(AUTHOR, HEADS)
    anchor(place).moor(place / "shop.db", AUTHOR, chance, fresh=True)
    assert anchor(place).lost(AUTHOR, {}) == ""


def test_a_card_moved_to_another_machine_is_known_by_the_hardware(place: Path, tmp_path: Path):
    def machine(name: str, serial: str) -> bytes:
        root = tmp_path / name
        for path, told in (
            ("etc/machine-id", "5f3a"),
            ("proc/cpuinfo", f"Model : Pi\nSerial : {serial}\n"),
            ("sys/block/mmcblk0/device/cid", "1b534d"),
        ):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(told)
        return machine_of(root)

    here, there = machine("here", "1000"), machine("there", "2000")
    assert here == machine("here", "1000") != there
    assert start(place, machine=here) == ""
    assert start(place, machine=there) == "the box stands on other hardware"


def test_another_boxs_folder_laid_in_this_place_is_known(place: Path):
    start(place)
    assert "copied" in start(place, author=bytes(24), box=bytes(16))


def test_a_database_without_its_settings_is_known(place: Path):
    start(place)
    assert "another author" in start(place, author=BOX + b"restored")


def test_a_fresh_box_in_the_place_of_an_old_one_starts_as_it_is(place: Path):
    start(place)
    shutil.rmtree(place)
    place.mkdir()
    assert start(place, author=bytes(24), box=bytes(16)) == ""


@pytest.mark.parametrize("cut", ["before the database", "after the database"])
def test_a_power_cut_while_mooring_is_not_taken_for_a_copy(place: Path, cut: str):
    start(place)
    start(place)
    path = anchor_path(place, place.parent / "anchors")
    before, database = path.read_bytes(), shutil.copy(place / "shop.db", place.parent / "before.db")
    found = anchor(place)
    written: list[bytes] = []
    found._write, real = lambda told: (real(told), written.append(path.read_bytes()))[0], found._write
    found.moor(place / "shop.db", AUTHOR, chance, fresh=False)
    assert written[0] != before and _berth(Path(database)) != _berth(place / "shop.db")
    path.write_bytes(written[0])
    if cut == "before the database":
        shutil.copy(database, place / "shop.db")
    assert start(place) == "" and start(place) == ""


def test_a_torn_anchor_proves_nothing(place: Path):
    start(place)
    anchor_path(place, place.parent / "anchors").write_bytes(b'{"machine": "')
    assert "copied" in start(place)


def test_one_process_at_a_time_holds_a_folder(place: Path):
    with alone(place) as first:
        assert first
        with alone(place) as second:
            assert not second
    with alone(place) as again:
        assert again


def test_several_boxes_are_given_to_at_once_and_nothing_of_it_is_forgotten(place: Path):
    moored = anchor(place)
    moored.moor(place / "shop.db", AUTHOR, chance, fresh=True)

    def give(number: int) -> None:
        for seq in range(1, 6):
            moored.give(AUTHOR, {(AUTHOR, f"branch/{number}"): (seq, bytes([seq]) * 32)})

    with ThreadPoolExecutor(8) as hands:
        for done in [hands.submit(give, number) for number in range(8)]:
            done.result()
    again = anchor(place)
    for number in range(8):
        held = {(AUTHOR, f"branch/{other}"): (5, b"\x05" * 32) for other in range(8) if other != number}
        assert f"up to 5 of branch/{number} were given away" in again.lost(AUTHOR, held)
