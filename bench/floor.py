"""The floors: what the bare stack does for the same work, written as plainly as it can be."""

import hashlib
import sqlite3
from pathlib import Path

import msgspec

ORDER_TABLES = """
create table sale (id text primary key, number text, shop text, customer text, state text, total integer, at integer);
create index sale_state on sale (state, at);
create index sale_at on sale (at);
create table line (id text primary key, sale text, sku text, qty integer, price integer, amount integer);
create index line_sale on line (sale);
create table move (id integer primary key, sku text, qty integer, after integer, sale text);
create index move_sku on move (sku, id);
create table balance (sku text primary key, qty integer) without rowid;
create virtual table word_index using fts5(words, content='', detail=none);
create table oplog (seq integer primary key, hlc integer, head blob, payload blob);
"""

_pack = msgspec.msgpack.Encoder().encode


def order_base(path: Path, synchronous: str = "full") -> sqlite3.Connection:
    """Open a bare order base: no journal, no rooms, no rights."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("pragma journal_mode = wal")
    conn.execute(f"pragma synchronous = {synchronous}")
    conn.executescript(ORDER_TABLES)
    return conn


def raw_order(conn: sqlite3.Connection, number: int, words: str) -> None:
    """Commit one order as spec/performance.md 2.2 counts it: 3 lines, 3 moves, 3 balances, search row, 4 log rows.

    `words` are those that an order of ours is found by, cut beforehand: the bare stack has them given.
    """
    sale = f"sale-{number:018d}"
    conn.execute("begin immediate")
    row = (sale, f"SO-{number}", "shop", "customer", "to_review", 12_800, number)
    conn.execute("insert into sale values (?, ?, ?, ?, ?, ?, ?)", row)
    for place in range(3):
        sku = f"sku-{(number * 7 + place) % 300}"
        conn.execute(
            "insert into line values (?, ?, ?, ?, ?, ?)", (f"{sale}-{place}", sale, sku, 10_000, 1_280_000, 12_800)
        )
        conn.execute("insert into move (sku, qty, after, sale) values (?, ?, ?, ?)", (sku, -10_000, 0, sale))
        conn.execute(
            "insert into balance values (?, ?) on conflict do update set qty = qty + excluded.qty", (sku, -10_000)
        )
    conn.execute("insert into word_index (rowid, words) values (?, ?)", (number, words))
    head = b""
    for place in range(4):
        payload = _pack([sale, place, {"qty": 10_000, "price": 1_280_000, "amount": 12_800}])
        head = hashlib.sha256(head + payload).digest()
        conn.execute("insert into oplog (hlc, head, payload) values (?, ?, ?)", (number, head, payload))
    conn.execute("commit")


LOG_TABLES = """
create table oplog (author integer, seq integer, hlc integer, head blob, payload blob, primary key (author, seq))
    without rowid;
create table cell (entity text, field text, hlc integer, author integer, value, primary key (entity, field))
    without rowid;
"""


class LogFloor:
    """The simplest log that keeps a chain and the latest cell of each field (spec/sync.md section 5)."""

    def __init__(self, path: Path, author: int, synchronous: str = "full") -> None:
        self.conn = sqlite3.connect(path, isolation_level=None)
        self.conn.execute("pragma journal_mode = wal")
        self.conn.execute(f"pragma synchronous = {synchronous}")
        self.conn.executescript(LOG_TABLES)
        self.author = author
        self.seq = 0
        self.head = bytes(32)

    def write(self, changes: list[tuple[str, str, object]], hlc: int) -> None:
        """Commit some field changes as this author."""
        self.conn.execute("begin immediate")
        for entity, field, value in changes:
            self.seq += 1
            payload = _pack([entity, field, hlc, value])
            self.head = hashlib.sha256(self.head + payload).digest()
            self.conn.execute(
                "insert into oplog values (?, ?, ?, ?, ?)", (self.author, self.seq, hlc, self.head, payload)
            )
            self._cell(entity, field, hlc, self.author, value)
        self.conn.execute("commit")

    def take(self, ops: list[tuple[int, int, int, bytes, bytes]], heads: dict[int, bytes]) -> None:
        """Verify and apply another author's changes, all in one commit."""
        self.conn.execute("begin immediate")
        for author, seq, hlc, head, payload in ops:
            heads[author] = hashlib.sha256(heads.get(author, bytes(32)) + payload).digest()
            if heads[author] != head:
                raise ValueError("The floor's own chain broke.")
            entity, field, _, value = msgspec.msgpack.decode(payload)
            self.conn.execute("insert or ignore into oplog values (?, ?, ?, ?, ?)", (author, seq, hlc, head, payload))
            self._cell(entity, field, hlc, author, value)
        self.conn.execute("commit")

    def draw(self) -> None:
        """Draw the cells anew from the log, in one commit."""
        self.conn.execute("pragma cache_size = -64000")
        self.conn.execute("begin immediate")
        self.conn.execute("delete from cell")
        rows = self.conn.cursor().execute("select author, hlc, payload from oplog order by author, seq")
        for author, hlc, payload in rows:
            entity, field, _, value = msgspec.msgpack.decode(payload)
            self._cell(entity, field, hlc, author, value)
        self.conn.execute("commit")

    def _cell(self, entity: str, field: str, hlc: int, author: int, value: object) -> None:
        self.conn.execute(
            "insert into cell values (?, ?, ?, ?, ?) on conflict do update set hlc = excluded.hlc, "
            "author = excluded.author, value = excluded.value where (excluded.hlc, excluded.author) > (hlc, author)",
            (entity, field, hlc, author, value),
        )
