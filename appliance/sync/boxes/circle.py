"""The circle: the boxes of this chain, as far as their certificates are known here (spec/sync.md R47).

Certificates come from everywhere: from pairing, from records of the shop, from a letter or a stick. Each is believed
for the root key's signature alone. A box without one is nobody: its entries wait where they are.
"""

from collections.abc import Callable, Sequence

import msgspec

from appliance.journal.certificate import EVERYWHERE, Certificate, chain_of, read_certificate
from appliance.journal.entry import Unreadable
from appliance.sync.boxes.keys import RootKey

SHORT_BOX = 8
MOST_BOXES = 5_000
HUB = "hub"


class Circle:
    """Who belongs to the chain. Looked at from any thread; changed as a whole."""

    def __init__(self, root: bytes, box: bytes) -> None:
        self.root = root
        self.chain = chain_of(root)
        self._box = box
        self._members: dict[bytes, Certificate] = {}
        self._revoked: frozenset[bytes] = frozenset()
        self.keep: Callable[[Certificate], None] = lambda _: None
        """Called with each certificate that says something new."""
        self.cut_off: Callable[[bytes], bool] = lambda _: False
        """Whether the owner cut a box off, as far as the shop's log says."""

    def learn(self, told: bytes | str) -> bool:
        """Take in a certificate; tells whether it says anything new."""
        try:
            found = read_certificate(told, self.root)
        except Unreadable:
            return False
        known = self._members.get(found.box)
        if (known is not None and known.number >= found.number) or len(self._members) >= MOST_BOXES:
            return False
        self._members = self._members | {found.box: found}
        self.keep(found)
        return True

    def revoke(self, box: bytes) -> None:
        """Speak with a box no more; what it wrote before its end is settled by the journal."""
        self._revoked |= {box}

    @property
    def own(self) -> Certificate | None:
        """This box's own certificate; None before it was let in."""
        return self._members.get(self._box)

    @property
    def others(self) -> list[Certificate]:
        """The boxes to speak with, by their code."""
        found = [one for box, one in self._members.items() if box != self._box and not self.revoked(box)]
        return sorted(found, key=lambda one: (one.code, one.box))

    @property
    def everybody(self) -> list[Certificate]:
        """Every certificate known, revoked boxes too: a newcomer must be able to judge old entries."""
        return list(self._members.values())

    def member(self, box: bytes) -> Certificate | None:
        """The certificate of a box, revoked or not."""
        return self._members.get(box)

    def revoked(self, box: bytes) -> bool:
        """Tell whether a box was put out."""
        return box in self._revoked or self.cut_off(box)

    def named(self, short: bytes) -> Certificate | None:
        """The box whose name begins with these bytes."""
        return next((one for box, one in self._members.items() if box.startswith(short)), None)

    def introduced(self, told: bytes) -> Certificate | None:
        """The box that a certificate speaks of, by the newest that is known of it."""
        try:
            return self._members.get(read_certificate(told, self.root).box)
        except Unreadable:
            return None

    def trust(self, author: bytes, partition: str) -> bool:
        """Tell whether an author may write a partition."""
        found = self._members.get(author[:16])
        return found is not None and found.may_write(partition)

    def vouches(self, author: bytes, partition: str) -> bool:
        """Tell whether a box may say what follows from a partition's log: who writes it, and a hub, which holds it."""
        found = self._members.get(author[:16])
        return found is not None and (found.may_write(partition) or (found.role == HUB and found.may_read(partition)))

    def shared_with(self, other: Certificate) -> list[str] | None:
        """The partitions that both this box and another may read; None when that is all of them."""
        ours = self.own.reads if self.own else []
        theirs = other.reads
        if EVERYWHERE in ours:
            return None if EVERYWHERE in theirs else sorted(theirs)
        return sorted(ours) if EVERYWHERE in theirs else sorted(set(ours) & set(theirs))


def certify(
    root: RootKey,
    *,
    public: bytes,
    exchange: bytes,
    code: str,
    branch: str,
    role: str = "box",
    partitions: Sequence[str] = (EVERYWHERE,),
    number: int = 1,
) -> Certificate:
    """Say in the owner's name that a box belongs to the chain, and which partitions it reads and writes."""
    bare = Certificate(
        chain=chain_of(root.public),
        public=public,
        exchange=exchange,
        code=code,
        branch=branch,
        role=role,
        reads=list(partitions),
        # A hub passes on what others wrote; it has nothing to say itself.
        writes=[] if role == HUB else list(partitions),
        number=number,
    )
    return msgspec.structs.replace(bare, signature=root.sign(bare.signed))
