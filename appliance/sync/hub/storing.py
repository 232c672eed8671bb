"""Storing: a plan becomes part of the log in one transaction, or not at all.

Each place moves on by a conditional update: only from the head that the plan was made for. If another process was
quicker nothing is written, and the plan is made again (spec/sync.md section 4).
"""

import hashlib
from collections.abc import Iterable

import psycopg

from appliance.journal.certificate import read_certificate
from appliance.journal.checkpoints import spared
from appliance.journal.entry import without
from appliance.journal.forks import Proof
from appliance.journal.segments import pack_segment, read_segment
from appliance.journal.state import State, read_state
from appliance.sync.hub.base import TURN, Conn
from appliance.sync.hub.rules import Place, edition
from appliance.sync.hub.taking import Piece, Plan


def store(conn: Conn, plan: Plan, numbers: dict[Place, int], root: bytes) -> bool:
    """Write a plan down; returns whether it still fitted. When it returns, the disk has it."""
    if not plan.pieces and not plan.changes_rules:
        return True
    numbers = numbers | numbered(
        conn, {*plan.after, *((one.author, one.partition) for one in plan.proofs)} - set(numbers)
    )
    fits = False
    with conn.transaction() as turn:
        lock = "select pg_advisory_xact_lock(%s)" if plan.changes_rules else "select pg_advisory_xact_lock_shared(%s)"
        conn.execute(lock, (TURN,))
        fits = edition(conn) == plan.rules.edition and _moved(conn, plan, numbers)
        if not fits:
            raise psycopg.Rollback(turn)
        _lay_down(conn, plan.pieces, numbers)
        if plan.changes_rules:
            change_rules(conn, plan, numbers, root)
    return fits


def numbered(conn: Conn, places: Iterable[Place]) -> dict[Place, int]:
    """Give numbers to new places, and find those of others."""
    found = {}
    for author, partition in sorted(places):
        place = (author, partition)
        conn.execute("insert into place (author, partition) values (%s, %s) on conflict do nothing", place)
        row = conn.execute("select n from place where author = %s and partition = %s", place).fetchone()
        found[place] = row[0] if row else 0
    return found


def _moved(conn: Conn, plan: Plan, numbers: dict[Place, int]) -> bool:
    """Move each place on from where the plan saw it; always in one order, so that no two wait for each other."""
    rows = sorted((numbers[place], *plan.before[place], *plan.after[place]) for place in plan.after)
    if not rows:
        return True
    with conn.cursor() as cursor:
        cursor.executemany(
            "update place set seq = %s, head = %s, moved = nextval('arrival') where n = %s and seq = %s and head = %s",
            [(seq, head, n, was_seq, was_head) for n, was_seq, was_head, seq, head in rows],
        )
        return cursor.rowcount == len(rows)


def _lay_down(conn: Conn, pieces: list[Piece], numbers: dict[Place, int]) -> None:
    with conn.cursor() as cursor:
        if pieces:
            cursor.executemany(
                "insert into piece values (%s, %s, %s, nextval('arrival'), %s, %s)",
                [(numbers[one.place], one.first, one.last, one.head, one.raw) for one in pieces],
            )
        persons = {(record.encode(), numbers[one.place], seq) for one in pieces for record, seq in one.persons}
        if persons:
            cursor.executemany("insert into personal values (%s, %s, %s) on conflict do nothing", sorted(persons))


# ---- what the log says of itself


def change_rules(conn: Conn, plan: Plan, numbers: dict[Place, int], root: bytes) -> None:
    """Write down what the log says of itself; whoever calls has the turn alone."""
    for proof in plan.proofs:
        _fork(conn, proof, numbers[proof.author, proof.partition])
    for told, change in plan.revoked:
        conn.execute(
            "insert into cut_off values (%s, %s, %s) on conflict (box) do update set number = excluded.number, "
            "told = excluded.told where (excluded.number, excluded.told) > (cut_off.number, cut_off.told)",
            (told.box, told.number, change),
        )
    for restamp, place, seq in plan.restamped:
        row = (restamp.author, restamp.first, restamp.last, restamp.minus, numbers[place], seq)
        conn.execute("insert into restamped values (%s, %s, %s, %s, %s, %s) on conflict do nothing", row)
    for retire, place, source in plan.retired:
        for end in retire.heads:
            ended = (retire.author, *end, numbers[place], source)
            conn.execute("insert into retired values (%s, %s, %s, %s, %s, %s) on conflict do nothing", ended)
    keep_certificates(conn, plan.certificates, root)
    for record in plan.erased:
        _erase(conn, record)
    conn.execute("update hub set edition = edition + 1")


def _fork(conn: Conn, proof: Proof, place: int) -> None:
    conn.execute(
        "insert into forked values (%s, %s, %s, %s) on conflict (place) do update "
        "set seq = excluded.seq, head = excluded.head, proof = excluded.proof where excluded.seq < forked.seq",
        (place, proof.seq, proof.head, proof.packed),
    )


def keep_certificates(conn: Conn, told: Iterable[bytes], root: bytes) -> None:
    """Keep certificates; of one box the newest."""
    for raw in told:
        found = read_certificate(raw, root)
        conn.execute(
            "insert into certificate values (%s, %s, %s) on conflict (box) do update "
            "set number = excluded.number, raw = excluded.raw where excluded.number > certificate.number",
            (found.box, found.number, raw),
        )


def _erase(conn: Conn, record: str) -> None:
    """Take every part that speaks of a person out of the pieces; the chain still verifies (R37)."""
    conn.execute("insert into erased values (%s) on conflict do nothing", (record.encode(),))
    rows = conn.execute(
        "select distinct p.place, p.last, p.segment, p.tableoid::regclass::text from personal x cross join lateral ("
        "select *, tableoid from piece where piece.place = x.place and piece.last >= x.seq order by piece.last limit 1"
        ") p where x.record = %s",
        (record.encode(),),
        binary=True,
    ).fetchall()
    for place, last, raw, part in rows:
        segment = read_segment(raw)
        segment.parts[:] = [[parts[0], *(without(one, record.__eq__) for one in parts[1:])] for parts in segment.parts]
        row = (pack_segment(segment), place, last)
        conn.execute("update piece set segment = %s where place = %s and last = %s", row)
        conn.execute("insert into soiled values (%s) on conflict do nothing", (part,))
    conn.execute("delete from personal where record = %s", (record.encode(),))
    _forget(conn, record)


def put_state(conn: Conn, state: State, packed: bytes, *, counts: bool) -> None:
    """Keep a state, by the hash of its bytes."""
    about = [state.about(row).encode() for row in state.rows] or [b""]
    row = (hashlib.sha256(packed).digest(), state.partition, state.kind, min(about), max(about), counts, packed)
    conn.execute("insert into state values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing", row)


def _forget(conn: Conn, record: str) -> None:
    """Take a person out of the states that stand for a log that is not here."""
    rows = conn.execute(
        "select hash, packed, counts from state where kind = 'entries' or %s between first and last",
        (record.encode(),),
        binary=True,
    ).fetchall()
    for name, packed, counts in rows:
        state = read_state(packed)
        told = spared(state, {record})
        if told.rows != state.rows:
            conn.execute("delete from state where hash = %s", (name,))
            if told.rows:
                put_state(conn, told, told.packed, counts=counts)
            conn.execute("insert into soiled values ('state') on conflict do nothing")


def scrub(conn: Conn) -> int:
    """Write the files anew that still hold what was erased; returns how many. Others wait as long for those parts."""
    parts = [row[0] for row in conn.execute("select part from soiled order by part").fetchall()]
    for part in parts:
        conn.execute(psycopg.sql.SQL("vacuum (full) {}").format(psycopg.sql.Identifier(part)))
        conn.execute("delete from soiled where part = %s", (part,))
    return len(parts)
