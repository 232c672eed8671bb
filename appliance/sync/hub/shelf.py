"""The shelf: what stands for the part of the log that boxes had trimmed before there was a hub (spec/sync.md R33, R35).

A hub folds nothing, but states of several boxes may lie side by side (journal/state.py), so it keeps what is brought
as it came, and gives all of it on, under its own name, to whoever is new or was away too long. Pieces come one after
another, whatever process they meet; they count together, in the transaction in which the last of them is there.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from appliance.journal.checkpoints import Restamps, relevant, spared
from appliance.journal.controls import Restamp, Revoke, Unfit, read_control
from appliance.journal.entry import Unreadable, pack
from appliance.journal.forks import Proof, read_item
from appliance.journal.merging import Merged, Trust
from appliance.journal.reading import Heads
from appliance.journal.snapshots import ENDED, Manifest, read_manifest
from appliance.journal.state import State, read_state, stamps
from appliance.sync.hub import pieces as lying
from appliance.sync.hub.base import TURN, Base, Conn
from appliance.sync.hub.rules import Rules, read
from appliance.sync.hub.storing import change_rules, numbered, put_state
from appliance.sync.hub.taking import begun


@dataclass(frozen=True)
class Giver:
    """Who gives a snapshot on: the hub itself, by its key."""

    author: bytes
    public: bytes
    sign: Callable[[bytes], bytes]


class Shelf:
    """Keeps snapshots that boxes bring, and gives them on as one."""

    def __init__(self, base: Base, root: bytes, trust: Trust, giver: Giver) -> None:
        self._base = base
        self._root = root
        self._trust = trust
        self._giver = giver

    # ---- taking

    def bring(self, manifest: bytes, pieces: Sequence[bytes]) -> list[int] | None:
        """Keep pieces of a snapshot, and name those still lacking; None when it cannot be kept. Raises `Unreadable`."""
        told = read_manifest(manifest)
        if not told.holds or not all(self._trust(told.giver, partition) for _, partition, _, _ in told.heads):
            raise Unreadable("The giver of the snapshot may not speak for its partitions.")
        wanted = set(told.pieces)
        with self._base.conn() as conn:
            for piece in pieces:
                if hashlib.sha256(piece).digest() in wanted:
                    put_state(conn, _read(piece), piece, counts=False)
            here = _held(conn, told.pieces)
            lacking = [place for place, name in enumerate(told.pieces) if name not in here]
            if lacking:
                return lacking
            with conn.transaction():
                conn.execute("select pg_advisory_xact_lock(%s)", (TURN,))
                return [] if _count(conn, told, self._root) else None

    # ---- giving

    def snapshot(self, rules: Rules, partitions: Collection[str] | None) -> list[bytes]:
        """Return what stands for the log that is not here, signed, in pieces; nothing where all of it is here."""
        with self._base.conn() as conn:
            if not rules.begins or not _counts(conn, rules):
                return []
            heads = [
                (author, name, seq, head)
                for author, name, seq, head in conn.execute(
                    "select p.author, p.partition, b.seq, b.head from base b join place p on p.n = b.place order by p.n",
                    binary=True,
                ).fetchall()
                if partitions is None or name in partitions
            ]
            held = sorted({name for _, name, _, _ in heads})
            states = conn.execute(
                "select packed from state where counts and partition = any(%s) order by hash", (held,), binary=True
            ).fetchall()
            manifest = self._signed(conn, heads, rules, [packed for (packed,) in states])
            return [manifest.packed, *(packed for (packed,) in states)]

    def _signed(
        self, conn: Conn, heads: list[tuple[bytes, str, int, bytes]], rules: Rules, states: list[bytes]
    ) -> Manifest:
        cuts = conn.execute("select told from cut_off order by box", binary=True).fetchall()
        ends = conn.execute(
            "select r.author, r.partition, r.seq, r.head, p.author, p.partition, r.source "
            "from retired r join place p on p.n = r.place",
            binary=True,
        ).fetchall()
        proofs = conn.execute("select proof from forked order by place", binary=True).fetchall()
        manifest = Manifest(
            self._giver.author,
            heads,
            sorted(rules.erased),
            [*(msgspec.msgpack.decode(told) for (told,) in cuts), *((ENDED, *row) for row in ends)],
            conn.execute(
                "select r.author, r.first, r.last, r.minus, p.author, p.partition, r.seq "
                "from restamped r join place p on p.n = r.place",
                binary=True,
            ).fetchall(),
            [proof for (proof,) in proofs],
            [hashlib.sha256(packed).digest() for packed in states],
        )
        return msgspec.structs.replace(
            manifest, public=self._giver.public, signature=self._giver.sign(manifest.message)
        )


def _read(piece: bytes) -> State:
    """Read a state whose rows say when, by whom and of what; raises only `Unreadable`."""
    state = read_state(piece)
    try:
        for hlc, _ in stamps(state):
            if not 0 < hlc < 2**63:
                raise Unreadable("A stamp is no stamp.")
        for row in state.rows:
            state.about(row)
    except (IndexError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(f"A state does not fit together: {error}") from error
    return state


def _held(conn: Conn, names: Sequence[bytes]) -> set[bytes]:
    rows = conn.execute("select hash from state where hash = any(%s)", (list(names),), binary=True)
    return {name for (name,) in rows.fetchall()}


# ---- counting


def _counts(conn: Conn, rules: Rules) -> bool:
    """Tell whether everything in the states still counts as it did when they came."""
    said: dict[bytes, int] = dict(conn.execute("select author, hlc from said", binary=True).fetchall())
    (known,) = conn.execute("select restamps from hub").fetchone() or ("",)
    limits = {place: rules.limits.of(*place) for place in rules.begins}
    within = all(limit is None or limit.seq >= rules.begins[place] for place, limit in limits.items())
    return within and known == relevant(rules.restamps, said)


def _count(conn: Conn, manifest: Manifest, root: bytes) -> bool:
    """Let a snapshot stand for what is lacking here, in the caller's transaction; returns whether it can.

    What it says of the log itself holds from now on in any case.
    """
    before = read(conn)
    fits = not before.begins or _counts(conn, before)
    rules = _obey(conn, manifest, before, root)
    reaches, found = manifest.reaches(), lying.known(conn, None)
    lacking = {name for name, (seq, _) in reaches.items() if found.heads.get(name, (0, b""))[0] < seq}
    rows = conn.execute("select packed from state where hash = any(%s)", (manifest.pieces,), binary=True).fetchall()
    states = [spared(read_state(packed), rules.erased) for (packed,) in rows]
    said = _said(states, rules)
    same = relevant(_of(manifest, rules), said) == relevant(rules.restamps, said)
    if not fits or not same or not _agrees(conn, reaches, rules, found):
        return False
    if not before.begins or _counts(conn, rules):
        if lacking:
            _lay_down(conn, manifest, states, {name: reaches[name] for name in lacking})
            _remember(conn, said, rules)
        conn.execute("delete from state where not counts")
        return True
    return False


def _obey(conn: Conn, manifest: Manifest, rules: Rules, root: bytes) -> Rules:
    """Let what a snapshot says of the log itself hold here, too."""
    plan = begun(Merged(), rules)
    for told in manifest.revoked:
        if isinstance(revoke := _revoke(told, root), Revoke):
            plan.revoked.append((revoke, pack(told)))
    for author, first, last, minus, by, partition, seq in manifest.restamped:
        plan.restamped.append((Restamp(author, first, last, minus), (by, partition), seq))
    for retire, source, said_at in manifest.ends():
        with suppress(Unfit):
            plan.retire(retire, source, said_at)
    for packed in manifest.forked:
        proof = read_item(packed)
        place = (proof.author, proof.partition)
        if isinstance(proof, Proof) and proof.holds and proof.seq < rules.forked.get(place, 2**62):
            plan.proofs.append(proof)
    plan.erased += [record for record in manifest.erased if record not in rules.erased]
    if not plan.changes_rules:
        return rules
    places = {place for _, place, _ in (*plan.restamped, *plan.retired)}
    places |= {(one.author, one.partition) for one in plan.proofs}
    change_rules(conn, plan, numbered(conn, places), root)
    return read(conn)


def _revoke(told: object, root: bytes) -> Revoke | None:
    try:
        found = read_control(told)
        if isinstance(found, Revoke):
            found.check(root)
            return found
    except Unfit as error:
        raise Unreadable(str(error)) from error
    return None


def _said(states: Sequence[State], rules: Rules) -> dict[bytes, int]:
    """The last stamp that each author gave in some states."""
    said = dict[bytes, int]()
    for hlc, author in (one for state in states for one in stamps(state)):
        said[author] = max(said.get(author, 0), rules.said(author, hlc))
    return said


def _of(manifest: Manifest, rules: Rules) -> Restamps:
    """Which stamps counted less for the giver, as far as whoever said so counts."""
    found: dict[bytes, list[tuple[int, int, int]]] = {}
    for author, first, last, minus, by, partition, seq in manifest.restamped:
        limit = rules.limits.of(by, partition)
        if limit is None or seq <= limit.seq:
            found.setdefault(author, []).append((first, last, minus))
    return found


def _agrees(conn: Conn, reaches: Heads, rules: Rules, found: lying.Known) -> bool:
    """Tell whether a snapshot tells the history that is known here, and nothing that does not count."""
    for name, (seq, head) in reaches.items():
        limit = rules.limits.of(*name)
        known = lying.head_at(conn, found.numbers.get(name, 0), seq) if name in found.heads else None
        if (limit is not None and limit.seq < seq) or known not in {None, head}:
            return False
    return True


def _lay_down(conn: Conn, manifest: Manifest, states: Sequence[State], lacking: Heads) -> None:
    """Let states count beside those that lie here; the log begins anew where something was lacking."""
    conn.execute("delete from state where hash = any(%s)", (manifest.pieces,))
    for state in states:
        if state.rows:
            put_state(conn, state, state.packed, counts=True)
    numbers = numbered(conn, lacking)
    for name, (seq, head) in sorted(lacking.items()):
        row = (seq, head, numbers[name])
        conn.execute("update place set seq = %s, head = %s, moved = nextval('arrival') where n = %s", row)
        conn.execute(
            "insert into base values (%s, %s, %s) on conflict (place) do update set seq = excluded.seq, head = excluded.head",
            (numbers[name], seq, head),
        )


def _remember(conn: Conn, said: dict[bytes, int], rules: Rules) -> None:
    for author, hlc in said.items():
        conn.execute(
            "insert into said values (%s, %s) on conflict (author) do update set hlc = greatest(said.hlc, excluded.hlc)",
            (author, hlc),
        )
    whole: dict[bytes, int] = dict(conn.execute("select author, hlc from said", binary=True).fetchall())
    conn.execute("update hub set restamps = %s, edition = edition + 1", (relevant(rules.restamps, whole),))
