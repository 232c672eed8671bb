"""Any number of hub processes share one database: whoever is slower looks again, and nothing is lost or doubled."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from appliance.journal import Refusal
from appliance.sync.boxes.letters import Busy
from appliance.sync.hub.base import Base
from appliance.sync.hub.log import HubLog
from tests.sync.hub.cast import flaws, gather, same, trade
from tests.sync.kin import introduce, talk


def test_pushes_of_the_same_and_of_others_at_once_leave_one_whole_log(hubs, chain):
    doors = [hubs() for _ in range(4)]
    boxes = [chain(code, knows=doors[0]) for code in ("A1", "B1", "C1")]
    introduce(*boxes)
    pushed: list[bytes] = []
    for _ in range(12):
        for one in boxes:
            before = one.journal.heads()
            trade(one)
            pushed += one.journal.segments(before)
    start = threading.Barrier(len(doors))

    def push(number: int) -> int:
        chance, door, mine = random.Random(number), doors[number], list(pushed)
        start.wait()
        applied = 0
        while mine:
            some = mine[: chance.randint(1, 6)]
            applied += door.log.take(some).result().value.applied
            del mine[: len(some)]
        return applied

    with ThreadPoolExecutor(len(doors)) as hands:
        applied = list(hands.map(push, range(len(doors))))
    assert sum(applied) == sum(seq for one in boxes for seq, _ in one.journal.heads().values())
    afresh = hubs().log.heads()
    assert all(door.log.heads() == afresh for door in doors) and flaws(doors[0].base) == []
    gather(doors[1], *boxes)
    assert same(doors[2], *boxes)


def test_rules_that_one_process_learns_hold_for_the_others_at_their_next_word(hubs, chain):
    one, other = hubs(), hubs()
    dora = chain("D1")
    dora.circle.learn(one.certificate.raw)
    trade(dora)
    one.circle.learn(dora.certificate.raw)
    assert other.circle.member(dora.key.box) is None
    assert talk(dora, other).agreed and one.log.digest() == dora.journal.digest()


def test_a_push_planned_by_old_rules_is_planned_again(hubs, chain, monkeypatch):
    one, other = hubs(), hubs()
    alice = chain("A1", knows=one)
    trade(alice, 2)
    refreshed = HubLog._refreshed
    calls = []

    def slowly(log, conn):
        rules = refreshed(log, conn)
        if log is one.log and not calls:
            calls.append(1)
            other.log.admit(chain("E1").certificate)
        return rules

    monkeypatch.setattr(HubLog, "_refreshed", slowly)
    assert one.log.take(list(alice.journal.segments({}))).result().value.applied == 4
    assert calls and flaws(one.base) == [] and len(one.log.rules.certificates) == 3


def test_a_database_that_is_away_is_said_to_be_busy_and_is_found_again(hub, chain):
    alice = chain("A1", knows=hub)
    trade(alice)
    talk(alice, hub)
    hub.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    )
    with hub.base.conn() as conn:
        pid = conn.info.backend_pid
    with psycopg.connect(hub.base._dsn, autocommit=True) as another:
        another.execute("select pg_terminate_backend(%s)", (pid,))
    trade(alice)
    with pytest.raises(Busy):
        talk(alice, hub)
    assert talk(alice, hub).agreed and hub.log.digest() == alice.journal.digest()


def test_a_hub_opens_only_the_log_of_its_own_chain_in_a_database_that_flushes(hub, postgres):
    with pytest.raises(Refusal, match="another chain"):
        Base(hub.base._dsn).settle(bytes(16))
    with pytest.raises(Refusal, match="cannot be reached"):
        Base(postgres.dsn("nowhere")).settle(bytes(16))
