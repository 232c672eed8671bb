"""Acknowledged means on disk: a plug pulled at any moment, a full disk, a broken one."""

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from appliance.journal import Desk, Refusal
from tests.cast import TestClock, clean
from tests.journal import toy as toy_shop
from tests.journal.toy import toy_box

KILLS = 200


def _sell_until_killed(folder: Path, seed: str, out: Connection) -> None:
    desk = toy_box(folder, "A1", TestClock(int(time.time() * 1000)), seed=seed)
    while True:
        out.send(toy_shop.sell(desk, name="张伟", total=100))


def test_killed_two_hundred_times_nothing_acknowledged_is_missing(tmp_path: Path):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.journal.toy"])
    chance = random.Random(11)
    acknowledged: list[str] = []
    for round_ in range(KILLS):
        receiving, sending = context.Pipe(duplex=False)
        seller = context.Process(target=_sell_until_killed, args=(tmp_path, str(round_), sending))
        seller.start()
        sending.close()
        acknowledged.append(receiving.recv())
        time.sleep(chance.random() * 0.02)
        os.kill(seller.pid or 0, signal.SIGKILL)
        seller.join()
        acknowledged += _drained(receiving)
    desk = toy_box(tmp_path, "A1", TestClock(int(time.time() * 1000)), seed="last")
    present = {row.id for row in desk.rows("select id from ticket")}
    missing = [ticket for ticket in acknowledged if ticket not in present]
    complaints = clean(desk)
    desk.journal.close()
    assert len(acknowledged) > KILLS
    assert missing == []
    assert complaints == []


def _drained(receiving: Connection) -> list[str]:
    told: list[str] = []
    try:
        while receiving.poll(0.01):
            told.append(receiving.recv())
    except EOFError:
        pass
    return told


def test_on_a_full_disk_reading_goes_on_and_writing_says_why(lina: Desk):
    ticket = toy_shop.sell(lina, name="张伟", total=100)
    writing = lina.journal.writing
    pages = writing.execute("pragma page_count").fetchone()[0]
    writing.execute(f"pragma max_page_count = {pages}").fetchall()
    with pytest.raises(Refusal, match="disk of the box is full"):
        _sell_many(lina)
    assert lina.value("select total from ticket_list where id = ?", ticket) == 100
    with pytest.raises(Refusal, match="disk of the box is full"):
        _sell_many(lina)
    writing.execute("pragma max_page_count = 1000000").fetchall()
    toy_shop.sell(lina, name="后来的人", total=100)
    assert clean(lina) == []


def _sell_many(desk: Desk) -> None:
    for number in range(200):
        toy_shop.sell(desk, name=f"客人{number}" * 20, total=100)


FRAME = 24 + 4096
"""A page in the write-ahead log, with its header; the log begins with 32 bytes of its own."""


def test_a_log_cut_at_every_frame_opens_clean_with_a_prefix_of_what_was_done(toy: Callable[..., Desk], tmp_path: Path):
    desk = toy("A1", folder="whole")
    for number in range(6):
        toy_shop.sell(desk, name=f"客人{number}", total=100)
    source = tmp_path / "whole"
    database, wal = (source / "shop.db").read_bytes(), (source / "shop.db-wal").read_bytes()
    chance = random.Random(5)
    seen: dict[int, Path] = {}
    for frame in range((len(wal) - 32) // FRAME + 1):
        folder = tmp_path / f"cut-{frame}"
        folder.mkdir()
        (folder / "shop.db").write_bytes(database)
        (folder / "shop.db-wal").write_bytes(wal[: 32 + frame * FRAME + chance.choice((0, 24, 2_000))])
        sold = _tickets(folder)
        assert sold is None or sold >= max(seen, default=0)
        if sold is not None:
            seen.setdefault(sold, folder)
    assert list(seen) == list(range(7))
    for sold in (0, 3, 6):
        again = toy_box(seen[sold], "A1", TestClock(), seed="again")
        assert again.value("select count(*) from ticket") == sold
        assert clean(again) == []
        again.journal.close()


def _tickets(folder: Path) -> int | None:
    """How many tickets stand in a database, None before there is a table of them; its file and log are whole."""
    with closing(sqlite3.connect(folder / "shop.db")) as conn:
        tables = {row[0] for row in conn.execute("select name from sqlite_master")}
        assert conn.execute("pragma quick_check").fetchone() == ("ok",)
        return int(conn.execute("select count(*) from ticket").fetchone()[0]) if "ticket" in tables else None
