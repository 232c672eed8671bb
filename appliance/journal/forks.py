"""Forks: proof that somebody wrote two histories under one author's name.

A card was copied, or an old backup was brought back behind our back. Each history is signed, so two signed branches
from one common head prove it to anybody, without a word of what was written (spec/sync.md R6). A packed proof is one
zstd frame with the MessagePack array

    ["fork", author, partition, seq, head, [branch, branch]]

where `seq` and `head` are the last that both have in common, and a branch is [stamps, needs, payload hashes, public,
signature]: the headers from there up to a seal.
"""

import hashlib
from collections.abc import Sequence

import msgspec
import zstandard

from appliance.journal.entry import Entry, Unreadable, head_of, pack
from appliance.journal.reading import Reading
from appliance.journal.segments import (
    MOST_ENTRIES,
    MOST_INFLATED,
    MOST_PACKED,
    Seal,
    Segment,
    inflate,
    read_inflated,
)


class Branch(msgspec.Struct, frozen=True, array_like=True):
    """The headers of one history, from what is common up to a seal."""

    hlcs: list[int]
    needs: list[int]
    payloads: list[bytes]
    public: bytes
    signature: bytes


class Proof(msgspec.Struct, frozen=True, array_like=True, tag="fork"):
    """Two histories of one author in one partition."""

    author: bytes
    partition: str
    seq: int
    head: bytes
    branches: list[Branch]

    @property
    def holds(self) -> bool:
        """Whether both branches are the author's own, and differ from their first entry on."""
        if len(self.author) != 24 or len(self.branches) != 2 or not 0 <= self.seq < 2**53:
            return False
        first, second = (self._heads(branch) for branch in self.branches)
        return bool(first and second and first[0] != second[0])

    def _heads(self, branch: Branch) -> list[bytes]:
        """Compute the heads along a branch; none when it is not what its author signed."""
        count = len(branch.hlcs)
        if not 0 < count <= MOST_ENTRIES or len(branch.needs) != count or len(branch.payloads) != count:
            return []
        heads, previous = [], self.head
        for seq, hlc, needs, payload in zip(
            range(self.seq + 1, self.seq + 1 + count), branch.hlcs, branch.needs, branch.payloads, strict=True
        ):
            previous = head_of(self.author, self.partition, seq, hlc, needs, previous, payload)
            heads.append(previous)
        seal = Seal(self.author, self.partition, self.seq + count, previous, branch.public, branch.signature)
        return heads if seal.holds else []

    @property
    def packed(self) -> bytes:
        """The proof as it travels."""
        return zstandard.ZstdCompressor().compress(pack(self))


def mark(head: bytes) -> bytes:
    """Return what stands for the common head where heads are compared, so that who has not heard of a fork is told."""
    return hashlib.sha256(b"zhanggui forked" + head).digest()


def read_item(raw: bytes) -> Segment | Proof:
    """Read what came from elsewhere; raises only `Unreadable`. Neither chains nor signatures are looked at yet."""
    plain = inflate(raw, MOST_PACKED, MOST_INFLATED)
    # The tag stands behind the one byte that says how long the array is.
    return _decoded(plain) if plain[1:6] == b"\xa4fork" else read_inflated(plain)


def _decoded(plain: bytes) -> Proof:
    try:
        return _decode(plain)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error


_decode = msgspec.msgpack.Decoder(Proof).decode


def prove(log: Reading, place: int, seq: int, theirs: Branch, known: Proof | None) -> Proof | None:
    """Make the proof of a fork after `seq`, from our log and another history; None while nobody signed ours there.

    `known` is a fork after a later sequence, of which ours is one side or the common part.
    """
    common, ours = log.head_at(place, seq), _ours(log, place, seq, known)
    if ours is None or common is None:
        return None
    return Proof(*log.places.of(place), seq, common, _in_order(ours, theirs))


def _ours(log: Reading, place: int, seq: int, known: Proof | None) -> Branch | None:
    row = log.conn.execute(
        "select s.seq, s.signature, p.public from seal s join log_place p on p.n = s.place "
        "where s.place = ? and s.seq > ? order by s.seq limit 1",
        (place, seq),
    ).fetchone()
    if row is not None:
        entries = [entry for _, entry, _ in log.stretch(place, seq + 1, row["seq"])]
        return branch_of(entries, row["public"], row["signature"])
    if known is not None and log.head_at(place, known.seq) == known.head:
        return up_to([entry for _, entry, _ in log.stretch(place, seq + 1, known.seq)], known)
    return None


def proof_of(seq: int, common: bytes, ours: Segment, theirs: Segment) -> Proof:
    """Put two histories side by side that both begin after `seq`, where their common head stands."""
    branches = (branch_of([entry for entry, _ in told.chained()], *told.sealed) for told in (ours, theirs))
    return Proof(theirs.author, theirs.partition, seq, common, _in_order(*branches))


def _in_order(one: Branch, other: Branch) -> list[Branch]:
    return sorted((one, other), key=lambda branch: branch.payloads)


def branch_of(entries: Sequence[Entry], public: bytes, signature: bytes) -> Branch:
    """The headers of entries, up to their author's seal."""
    return Branch(
        [entry.hlc for entry in entries],
        [entry.needs for entry in entries],
        [entry.payload_hash for entry in entries],
        public,
        signature,
    )


def up_to(entries: Sequence[Entry], known: Proof) -> Branch:
    """The headers of entries that end where a known fork begins: whoever signed one side of it signed them too."""
    ahead, after = branch_of(entries, b"", b""), known.branches[0]
    return Branch(
        ahead.hlcs + after.hlcs,
        ahead.needs + after.needs,
        ahead.payloads + after.payloads,
        after.public,
        after.signature,
    )
