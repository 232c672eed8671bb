"""Drills: a folder is copied, restored, set back or carried off, and the shop opens. Nobody writes under one name twice."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from appliance import config
from appliance.assembly import rooms
from appliance.journal.check import check
from appliance.shop.settings.places import change_branch
from appliance.shopfitting import Opened, close_box, first_start, open_box
from tests.cast import TestClock
from tests.reading import HOUSE

ROOMS = ["settings", "staff"]
clock = TestClock()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    _, journal, _ = first_start(folder, code="A1", shop="小满茶铺", owner="王小满", pin="246810", clock=clock)
    journal.close()
    return folder


def opened(folder: Path, machine: bytes = b"here") -> Opened:
    anchors = folder.parent / "anchors"
    return open_box(config.read(folder), rooms(), clock=clock, anchors=anchors, machine=machine)


def work(box: Opened, *names: str) -> None:
    desk = box.journal.desk(who="", branch=box.config.branch)
    for name in names:
        change_branch(desk, branch=box.config.branch, name=name)


def a_day(folder: Path, *names: str, machine: bytes = b"here") -> bytes:
    """Open, work, close; returns the author of the day."""
    box = opened(folder, machine)
    work(box, *names)
    assert check(box.journal) == []
    close_box(box)
    return box.config.author


def test_a_box_that_opens_every_day_stays_one_author(shop: Path):
    assert len({a_day(shop, "东店"), a_day(shop, "西店"), a_day(shop)}) == 1
    assert config.read(shop).former == ()


def test_a_cloned_folder_opens_as_another_author_of_the_same_box(shop: Path):
    first = a_day(shop, "东店")
    copy = shutil.copytree(shop, shop.parent / "copy")
    second = a_day(copy, "西店")
    assert second != first and second[:16] == first[:16]
    assert config.read(copy).former == (first,)
    assert a_day(shop, "南店") == first and a_day(copy, "北店") == second


def test_a_folder_restored_from_yesterday_opens_as_another_author(shop: Path):
    first = a_day(shop, "东店")
    kept = shutil.copytree(shop, shop.parent / "backup")
    a_day(shop, "西店")
    shutil.rmtree(shop)
    shutil.copytree(kept, shop)
    assert a_day(shop, "南店") != first


def test_a_database_copied_back_within_one_day_opens_as_another_author(shop: Path):
    first = a_day(shop, "东店")
    box = opened(shop)
    work(box, "西店")
    noon = shop.parent / "noon.db"
    with closing(sqlite3.connect(shop / "shop.db")) as source, closing(sqlite3.connect(noon)) as target:
        source.backup(target)
    work(box, "南店")
    box.anchor.give(box.config.author, box.journal.heads())
    box.journal.close()
    for left in shop.glob("shop.db*"):
        left.unlink()
    shutil.copy(noon, shop / "shop.db")
    assert a_day(shop, "北店") != first


def test_a_card_in_another_machine_opens_as_another_author(shop: Path):
    first = a_day(shop, "东店")
    moved = a_day(shop, "西店", machine=b"there")
    assert moved != first and a_day(shop, machine=b"there") == moved
    assert a_day(shop, machine=b"here") not in {first, moved}


def test_what_the_old_author_wrote_stays_and_the_new_one_goes_on_after_it(shop: Path):
    first = a_day(shop, "东店")
    second = a_day(shop, "西店", machine=b"there")
    box = opened(shop, b"there")
    try:
        assert {author for author, _ in box.journal.heads()} == {first, second}
        named = box.journal.reading().execute("select name from branch where id = ?", (box.config.branch,)).fetchone()
        assert named["name"] == "西店"
        assert box.circle.trust(first, "chain") and box.circle.trust(second, "chain"), "both are this box"
    finally:
        close_box(box)


def test_a_box_set_up_before_there_were_chains_founds_its_own(shop: Path):
    for name in ("root.key", "box.certificate"):
        (shop / name).unlink()
    told = config.read(shop)
    config.write(config.Config(folder=shop, author=told.author, code=told.code, branch=told.branch))
    box = opened(shop)
    close_box(box)
    assert box.circle.own is not None and config.read(shop).root == box.circle.root


def test_one_shop_is_opened_once(shop: Path):
    words = [sys.executable, "-m", "appliance.main", "serve", "--data", str(shop), "--port", "0", "--host", "127.0.0.1"]
    first = subprocess.Popen(words, cwd=HOUSE, stdout=subprocess.PIPE)
    try:
        assert first.stdout and b"open at" in first.stdout.readline()
        second = subprocess.run(words, cwd=HOUSE, capture_output=True, text=True, check=False)
        assert second.returncode == 1 and "open already" in second.stderr
    finally:
        first.terminate()
        first.wait(20)
