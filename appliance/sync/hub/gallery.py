"""The gallery: pictures of goods, brought by whoever has them and given to whoever asks. A hub looks at none."""

import hashlib
from collections.abc import Collection

from appliance.sync.boxes.pictures import MOST_ASKED, MOST_BYTES, MOST_GIVEN, MOST_OFFERED
from appliance.sync.hub.base import Base


class HubPictures:
    """Pictures by the hash of their bytes, in the database; what a swap asks of a `Gallery`."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def missing(self, _besides: Collection[str] = ()) -> list[str]:
        """A hub reads no records, so it misses nothing; boxes offer."""
        return []

    def held(self, _besides: Collection[str] = ()) -> list[str]:
        """A hub offers nothing; boxes ask."""
        return []

    def give(self, names: Collection[str]) -> list[bytes]:
        """Read what is here of these, up to a few mebibytes together."""
        found: list[bytes] = []
        size = 0
        with self._base.conn() as conn:
            for name in list(names)[:MOST_ASKED]:
                row = conn.execute(
                    "select content from picture where name = %s", (_hash(name),), binary=True
                ).fetchone()
                size += len(row[0]) if row else 0
                if found and size > MOST_GIVEN:
                    break
                if row:
                    found.append(row[0])
        return found

    def keep(self, _asked: Collection[str], _given: Collection[bytes]) -> int:
        """A hub asks for nothing."""
        return 0

    def accept(self, offered: Collection[str], given: Collection[bytes]) -> list[str]:
        """Keep what came, and name what is offered and lacking."""
        names = {_hash(name): name for name in list(offered)[:MOST_OFFERED]}
        names.pop(b"", None)
        with self._base.conn() as conn:
            for content in given:
                if 0 < len(content) <= MOST_BYTES:
                    row = (hashlib.sha256(content).digest(), content)
                    conn.execute("insert into picture values (%s, %s) on conflict do nothing", row)
            rows = conn.execute("select name from picture where name = any(%s)", (list(names),), binary=True).fetchall()
        here = {raw for (raw,) in rows}
        return [name for raw, name in names.items() if raw not in here]


def _hash(name: str) -> bytes:
    """The bytes of a picture's name; nothing for what is no name."""
    right = len(name) == 64 and set(name) <= set("0123456789abcdef")
    return bytes.fromhex(name) if right else b""
