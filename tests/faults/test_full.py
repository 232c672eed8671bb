"""The disk is full at every page that a box would write next: it says so, applies nothing by half, and goes on later."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.journal import Desk, Refusal, cold
from appliance.journal.check import digests
from tests.cast import agree, clean, meet
from tests.journal import toy as shop
from tests.journal.test_forks import OWNER, cut_off, revoke
from tests.journal.test_trimming import busy, trimmed
from tests.journal.toy import toy_box

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="small file systems are mounted by root")
PAGE = 4096
MOST_PAGES = 3_000


class Disk:
    """A small disk, filled up to the last page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as out:
            try:
                while True:
                    out.write(bytes(PAGE))
            except OSError:
                return

    def give(self, pages: int = 1) -> None:
        """Make room for as much again."""
        os.truncate(self._ballast, self._ballast.stat().st_size - pages * PAGE)

    def empty(self) -> None:
        self._ballast.unlink()

    def until(self, deed: Callable[[], bool], same: Callable[[], object]) -> int:
        """Try with one page more each time; until there is room for all of it that is said, and nothing is different.

        Returns how often there was no room.
        """
        self.fill()
        before, said = same(), list[str]()
        while len(said) < MOST_PAGES:
            try:
                if deed():
                    break
            except Refusal as refusal:
                said.append(refusal.code)
            assert same() == before
            self.give()
        self.empty()
        assert set(said) == {"disk_full"}
        return len(said)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    monkeypatch.setattr(cold, "CHUNK_ENTRIES", 40)
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "none", folder], check=False, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip("This machine lets nobody mount a disk: " + done.stderr)
    yield Disk(folder)
    subprocess.run(["umount", "-l", folder], check=False, capture_output=True)


@pytest.fixture
def lina(disk: Disk) -> Iterator[Desk]:
    """A box on the small disk."""
    desk = toy_box(disk.folder / "A1", "A1", root=OWNER)
    yield desk
    desk.journal.close()


@pytest.fixture
def wang(tmp_path: Path) -> Iterator[Desk]:
    """A box that has room."""
    desk = toy_box(tmp_path / "B1", "B1", root=OWNER)
    yield desk
    desk.journal.close()


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Desk]:
    """The owner's box, that cuts others off."""
    desk = toy_box(tmp_path / "H1", "H1", root=OWNER)
    yield desk
    desk.journal.close()


def _all_of(desk: Desk) -> Callable[[], object]:
    return lambda: (desk.journal.heads(), digests(desk.journal))


def _rows_of(desk: Desk) -> Callable[[], object]:
    return lambda: [tuple(row) for row in desk.rows("select id, state, changed from ticket order by id")]


def _without_room_to_spare(desk: Desk) -> None:
    """The write-ahead log keeps room for what comes next; here it has none."""
    desk.journal.writing.execute("pragma journal_size_limit = 0").fetchall()
    desk.journal.writing.execute("pragma wal_checkpoint(truncate)").fetchall()


def _drawn(desk: Desk, deed: Callable[[], object]) -> bool:
    """Do something after which tables are drawn anew, an hour after it was tried before."""
    desk.journal.clock.ticks += 3_600_000
    deed()
    return not desk.journal.controls.redraw_due


def test_a_sale_is_written_whole_or_refused(disk: Disk, lina: Desk):
    shop.sell(lina, name="张伟", total=100)
    _without_room_to_spare(lina)
    assert disk.until(lambda: bool(shop.sell(lina, name="李娜" * 3_000, total=100)), _all_of(lina)) > 3
    assert lina.value("select count(*) from ticket") == 2
    assert clean(lina) == []


def test_what_another_box_sent_is_taken_in_whole_or_refused(disk: Disk, lina: Desk, wang: Desk):
    busy(wang, 15)
    busy(lina, 3, seed=2)
    _without_room_to_spare(lina)
    told = list(wang.journal.segments(lina.journal.heads()))
    assert disk.until(lambda: bool(lina.journal.take(told).result()), _all_of(lina)) > 10
    meet(lina, wang)
    assert agree(lina, wang) and clean(lina) == []


def test_the_old_log_is_packed_and_trimmed_or_stays_as_it_was(disk: Disk, lina: Desk, wang: Desk):
    busy(lina, 40)
    lina.journal.milestone(floor=lina.journal.milestone().result()).result()
    meet(lina, wang)
    _without_room_to_spare(lina)
    told = digests(lina.journal)

    def night() -> bool:
        lina.journal.put_away(0)
        return lina.journal.trim() > 0

    assert disk.until(night, lambda: digests(lina.journal)) > 3
    assert digests(lina.journal) == told
    assert lina.value("select count(*) from base") > 0
    assert agree(lina, wang) and clean(lina) == []


def test_a_snapshot_counts_as_soon_as_there_is_room_for_it(disk: Disk, lina: Desk, wang: Desk):
    busy(wang, 40)
    assert trimmed(wang) > 1
    snapshot = wang.journal.snapshot()
    _without_room_to_spare(lina)

    def begin() -> bool:
        return _drawn(lina, lambda: lina.journal.install(snapshot).result())

    assert disk.until(begin, _rows_of(lina)) > 10
    meet(lina, wang)
    assert agree(lina, wang) and clean(lina) == []
    assert not (disk.folder / "A1" / "drawing.db").exists()


def test_tables_that_have_to_be_drawn_anew_stay_until_there_is_room(disk: Disk, lina: Desk, wang: Desk, owner: Desk):
    busy(wang, 12)
    meet(lina, wang, owner)
    cut_off(owner, told=revoke(wang, owner, entries=4))
    word = list(owner.journal.segments(lina.journal.heads()))
    _without_room_to_spare(lina)
    before = lina.value("select count(*) from ticket where made_at > 0")

    def hear() -> bool:
        return _drawn(lina, lambda: lina.journal.take(word).result())

    assert disk.until(hear, _rows_of(lina)) > 10
    assert lina.value("select count(*) from ticket where made_at > 0") < before
    assert clean(lina) == []
