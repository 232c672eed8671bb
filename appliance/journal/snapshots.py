"""Snapshots: a checkpoint as it travels, for a new box, and for one that was away so long that the log it lacks is gone.

The first piece is a manifest, one zstd frame with the MessagePack array

    ["snapshot", giver, [[author, partition, sequence, head], ...], [erased, ...], [revoke or end, ...],
     [[author, first, last, minus, by, partition, sequence], ...], [proof, ...], [hash of each piece, ...], public, signature]

in which an end is ["ended", author, partition, sequence, head, by, partition, sequence], the last three where it is said;
it is signed by the giver over everything before the signature. The other pieces are packed states (state.py). Whoever takes
it in checks it against the heads of a second box where there is one (spec/sync.md R33, R35, R39).
"""

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import zstandard

from appliance.journal.checkpoints import astray, counts, drop, lay_beside
from appliance.journal.cold import open_chunk
from appliance.journal.controls import Retire, Revoke, Unfit, is_partition, read_control
from appliance.journal.entry import Unreadable, pack
from appliance.journal.forks import Proof, read_item
from appliance.journal.log import Log
from appliance.journal.reading import Heads
from appliance.journal.schema import Schema, ground
from appliance.journal.segments import MOST_INFLATED, inflate, key_hash, signed
from appliance.journal.shadow import Shadow
from appliance.journal.state import State, join, read_state
from appliance.journal.store import dressed

SIGNED_FOR = b"zhanggui snapshot 1\x00"
ENDED = "ended"
"""Stands among the revocations, where a version that does not know it passes over it."""
MOST_MANIFEST = 4 * 1024 * 1024


class Manifest(msgspec.Struct, frozen=True, array_like=True, tag="snapshot"):
    """What a snapshot holds, and how far it reaches."""

    giver: bytes
    heads: list[tuple[bytes, str, int, bytes]]
    erased: list[str]
    revoked: list[Any]
    restamped: list[tuple[bytes, int, int, int, bytes, str, int]]
    forked: list[bytes]
    pieces: list[bytes]
    public: bytes = b""
    signature: bytes = b""

    @property
    def message(self) -> bytes:
        """The bytes that the giver signs."""
        return SIGNED_FOR + pack(msgspec.structs.replace(self, public=b"", signature=b""))

    @property
    def holds(self) -> bool:
        """Whether the giver itself signed this."""
        return key_hash(self.public) == self.giver[:16] and signed(self.public, self.signature, self.message)

    @property
    def packed(self) -> bytes:
        """The manifest as it travels."""
        return zstandard.ZstdCompressor().compress(pack(self))

    def reaches(self) -> Heads:
        """How far it speaks for each author and partition."""
        return {(author, partition): (seq, head) for author, partition, seq, head in self.heads}

    def ends(self) -> Iterator[tuple[Retire, tuple[bytes, str], int]]:
        """Yield where authors ended, each with the place and sequence where that is said."""
        for told in self.revoked:
            match told:
                case [str(kind), bytes(author), str(name), int(seq), bytes(head), bytes(by), str(where), int(source)]:
                    if kind == ENDED and is_partition(where) and 0 < source < 2**63:
                        yield Retire(author, [(name, seq, head)]), (by, where), source


_decode = msgspec.msgpack.Decoder(Manifest).decode


def read_manifest(raw: bytes) -> Manifest:
    """Read a manifest from elsewhere; raises only `Unreadable`. Its signature is not looked at yet."""
    try:
        return _decode(inflate(raw, MOST_MANIFEST, MOST_INFLATED))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def given(
    conn: sqlite3.Connection,
    shadow: Shadow,
    partitions: Collection[str] | None,
    giver: bytes,
    sign: Callable[[bytes], bytes],
    public: bytes,
) -> list[bytes]:
    """Return the checkpoint that lies here as a snapshot, of some partitions or all; none where there is no checkpoint."""
    places = shadow.log.places
    heads = [
        (*places.of(place), seq, head)
        for place, seq, head in conn.execute(
            "select place, seq, head from checkpoint_head where seq > 0 order by place"
        )
        if partitions is None or places.of(place)[1] in partitions
    ]
    if not heads:
        return []
    held = sorted({partition for _, partition, _, _ in heads})
    pieces = [
        bytes(row["state"]) for row in conn.execute("select * from checkpoint order by n") if row["partition"] in held
    ]
    manifest = Manifest(
        giver,
        heads,
        sorted(shadow.controls.all_erased),
        [
            *(msgspec.msgpack.decode(row[0]) for row in conn.execute("select told from cut_off order by box")),
            *((ENDED, *row[:4], *places.of(row[4]), row[5]) for row in conn.execute("select * from retired")),
        ],
        [
            (row["author"], row["first"], row["last"], row["minus"], *places.of(row["place"]), row["seq"])
            for row in conn.execute("select * from restamped")
        ],
        [row[0] for row in conn.execute("select proof from forked order by place")],
        [hashlib.sha256(piece).digest() for piece in pieces],
    )
    manifest = msgspec.structs.replace(manifest, public=public, signature=sign(manifest.message))
    return [manifest.packed, *pieces]


def read(told: Sequence[bytes]) -> tuple[Manifest, list[State]]:
    """Read a whole snapshot and prove it; raises only `Unreadable`."""
    if not told:
        raise Unreadable("There is no snapshot.")
    manifest = read_manifest(told[0])
    if not manifest.holds:
        raise Unreadable("The giver did not sign this snapshot.")
    if [hashlib.sha256(piece).digest() for piece in told[1:]] != manifest.pieces:
        raise Unreadable("A piece of the snapshot is missing, or another one.")
    held = {partition for _, partition, _, _ in manifest.heads}
    states = [read_state(piece) for piece in told[1:]]
    if any(state.partition not in held for state in states):
        raise Unreadable("A piece of the snapshot belongs to none of its partitions.")
    return manifest, states


def try_out(schema: Schema, states: Sequence[State]) -> None:
    """Join states in tables of their own, to see that they fit; raises `Unreadable`."""
    conn = dressed(sqlite3.connect("", isolation_level=None))
    try:
        ground(conn, "")
        conn.execute("begin")
        shadow = Shadow(conn, schema, b"", frozen=True)
        shadow.create()
        shadow.keeper.paused = True
        join(shadow, states)
    finally:
        conn.close()


def obey(shadow: Shadow, manifest: Manifest) -> None:
    """Let what a snapshot says of the log itself hold here, too."""
    controls, places, conn = shadow.controls, shadow.log.places, shadow.conn
    for told in manifest.revoked:
        if isinstance(revoke := read_control(told), Revoke):
            controls.revoke(revoke)
    heard = 0
    for author, first, last, minus, by, partition, seq in manifest.restamped:
        row = (author, first, last, minus, places.number(by, partition), seq)
        heard += conn.execute("insert or ignore into restamped values (?, ?, ?, ?, ?, ?)", row).rowcount
    if heard:
        controls.due()
    for retire, (author, partition), said_at in manifest.ends():
        with suppress(Unfit):
            controls.retire(retire, (places.number(author, partition), said_at, None))
    for packed in manifest.forked:
        proof = read_item(packed)
        if isinstance(proof, Proof) and proof.holds:
            controls.fork(proof)
    for record in manifest.erased:
        controls.erase_record(record)


def install(shadow: Shadow, manifest: Manifest, states: Sequence[State]) -> None:
    """Let a snapshot stand for what is lacking here of its partitions.

    It stands beside the checkpoint that lies here, for states of two boxes come to the same as their logs would
    (state.py), and since when a record stands may be known from another partition than the rest of it. Where something
    counts that should not it takes its place. Inside the caller's transaction; raises `Unreadable` when something would
    be lost. Tables have to be drawn anew then.
    """
    conn, log, controls = shadow.conn, shadow.log, shadow.controls
    reaches, held = manifest.reaches(), {partition for _, partition in manifest.reaches()}
    obey(shadow, manifest)
    gone_astray = astray(conn, controls)
    beside = {partition for _, partition in _trimmed_beyond(shadow, reaches) if partition in held}
    if beside and gone_astray:
        raise Unreadable("The snapshot is older than what was trimmed here.")
    for name, (seq, head) in reaches.items():
        if log.head_at(log.places.number(*name), seq) not in {None, head}:
            raise Unreadable("The snapshot tells another history.")
    lacking = {name for name, (seq, _) in reaches.items() if log.head(log.places.number(*name))[0] < seq}
    if not lacking and not gone_astray:
        return
    if not gone_astray and not counts(conn, controls):
        drop(conn)
    lay_beside(conn, controls, log.places, held if gone_astray else (), (states, reaches, _restamps(shadow, manifest)))
    for name in reaches if gone_astray else lacking:
        _begin_at(log, log.places.number(*name), *reaches[name])
    if beside and not counts(conn, controls):
        raise Unreadable("Something counts in the snapshot that does not count here.")
    controls.due()


def _restamps(shadow: Shadow, manifest: Manifest) -> dict[bytes, list[tuple[int, int, int]]]:
    """Which stamps counted less for the giver, as far as whoever said so counts."""
    found: dict[bytes, list[tuple[int, int, int]]] = {}
    for author, first, last, minus, by, partition, seq in manifest.restamped:
        if shadow.controls.counts(shadow.log.places.number(by, partition), seq):
            found.setdefault(author, []).append((first, last, minus))
    return found


def _trimmed_beyond(shadow: Shadow, reaches: Heads) -> Iterator[tuple[bytes, str]]:
    """Name the logs of which more was trimmed here than a snapshot speaks for."""
    for place, seq in shadow.conn.execute("select place, seq from base").fetchall():
        name, limit = shadow.log.places.of(place), shadow.controls.limit(place)
        if reaches.get(name, (0, b""))[0] < (seq if limit is None else min(seq, limit.seq)):
            yield name


def _begin_at(log: Log, place: int, seq: int, head: bytes) -> None:
    """Let a place begin after a sequence; what comes before it goes."""
    conn = log.conn
    before = conn.execute("select seq from base where place = ?", (place,)).fetchone()
    # Where the place counted further than it may, what follows hangs in the air and counts nowhere.
    until = seq if before is None or before[0] <= seq else 2**62
    conn.execute("insert or replace into base values (?, ?, ?)", (place, seq, head))
    for (first,) in conn.execute("select chunk from span where place = ? and first <= ?", (place, until)).fetchall():
        open_chunk(log, first)
    gone = conn.execute("select arrived from log where place = ? and seq <= ?", (place, until)).fetchall()
    for table in ("log", "history", "personal", "parked"):
        conn.executemany(f"delete from {table} where arrived = ?", gone)
    conn.execute("delete from seal where place = ? and seq <= ?", (place, seq))
    log.rewritten([place])
