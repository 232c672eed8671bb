"""The night's round: a slice of everything is looked at again, and what does not follow from the log is told."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from appliance.journal import Desk
from appliance.journal.check import check
from appliance.journal.rounds import NIGHTS, Looking, Reached, check_whole, look, walk
from tests.cast import clean, meet
from tests.journal import toy

ALL = 2**31
STAMPS = {"id", "made_at", "changed", "deleted", "_hlc", "_place", "_later", "hlc", "place"}
"""What a round does not compare, or what names the row."""
TABLES = ("buyer", "ticket", "moved", "step", "ticket_list", "shelf")


def _busy(desk: Desk) -> None:
    for number in range(8):
        ticket = toy.sell(desk, name=f"客人{number}", total=100 + number, sku=f"sku-{number % 3}")
        toy.step(desk, ticket=ticket, to="approved")


@contextmanager
def _behind_its_back(desk: Desk) -> Iterator[sqlite3.Connection]:
    with sqlite3.connect(desk.journal.box.folder / "shop.db") as conn:
        yield conn
    conn.close()


def _cells(desk: Desk) -> list[tuple[str, str]]:
    return [
        (table, row["name"])
        for table in TABLES
        for row in desk.rows(f"pragma table_info({table})")
        if row["name"] not in STAMPS
    ]


def test_whatever_is_changed_behind_the_logs_back_a_round_tells(lina: Desk):
    _busy(lina)
    assert look(lina.journal, Reached(), ALL)[0] == []
    silent = []
    for table, column in _cells(lina):
        key = "id" if table == "step" else "rowid"
        row, was = lina.row(f"select {key}, {column} from {table} order by {key} limit 1")
        for value in (was + 7 if isinstance(was, int) else "另", was):
            with _behind_its_back(lina) as conn:
                conn.execute(f"update {table} set {column} = ? where {key} = ?", (value, row))
            if value != was and not look(lina.journal, Reached(), ALL)[0]:
                silent.append(f"{table}.{column}")
    assert silent == []
    assert clean(lina) == []


@pytest.mark.parametrize("table", [*TABLES, "stock", "queue"])
def test_a_row_that_is_gone_is_missed_in_its_night(lina: Desk, table: str):
    _busy(lina)
    key = {"shelf": "sku", "stock": "sku", "queue": "state"}.get(table, "id")
    with _behind_its_back(lina) as conn:
        conn.execute(f"delete from {table} where {key} = (select min({key}) from {table})")
    reached, told = Reached(), list[str]()
    for _ in range(NIGHTS):
        wrong, reached = look(lina.journal, reached, ALL)
        told += wrong
    assert told != []


def test_a_round_reads_the_newest_entries_and_comes_to_every_old_one(lina: Desk, monkeypatch: pytest.MonkeyPatch):
    _busy(lina)
    read: list[int] = []
    monkeypatch.setattr(Looking, "at", lambda _self, line: iter(read.append(line.arrived) or ()))
    nights, reached = [], Reached()
    for _ in range(12):
        _, reached = look(lina.journal, reached, 3)
        nights.append(list(read))
        read.clear()
    newest = lina.value("select max(arrived) from log")
    assert all(len(night) <= 6 for night in nights)
    assert nights[0][-3:] == [newest - 2, newest - 1, newest]
    assert {arrived for night in nights for arrived in night} == set(range(1, newest + 1))
    toy.sell(lina, name="后来的人", total=5)
    look(lina.journal, reached, 3)
    assert newest + 1 in read


def test_what_a_night_found_stays_until_everything_is_right_again(lina: Desk):
    _busy(lina)
    with _behind_its_back(lina) as conn:
        conn.execute("update ticket set total = total + 1 where rowid = 1")
    said = {line for _ in range(20) for line in walk(lina.journal, entries=2)}
    assert any("says another total than its entry" in line for line in said)
    assert {row.line for row in lina.rows("select line from found_wrong")} == said
    lina.journal.rebuild().result()
    assert check_whole(lina.journal) == []
    assert lina.value("select count(*) from found_wrong") == 0


def test_a_check_says_how_far_it_is(lina: Desk):
    _busy(lina)
    said: list[str] = []
    assert check(lina.journal, lambda what, done, of: said.append(f"{what} {done <= of}")) == []
    assert "what is kept: ticket_list True" in said
    assert not any("False" in one for one in said)


def test_a_round_over_what_others_wrote_finds_nothing_wrong(toy: Callable[..., Desk]):
    lina, wang = toy("A1"), toy("B1")
    _busy(lina)
    meet(lina, wang)
    for desk in (lina, wang):
        desk.journal.put_away(0)
        assert look(desk.journal, Reached(), ALL)[0] == []
