"""Sign-in as the room sees it: who may enter here, whether a PIN fits, and which tablets are known."""

from collections.abc import Sequence

from appliance.journal import Journal, Row, derive
from appliance.shop.staff.pins import fits
from appliance.shop.staff.rights import HERE, Reader

WORKING_HERE = (
    f"select e.id, e.name, coalesce(r.name, '') as role from employee e left join role r on r.id = e.role where {HERE}"
)
WITH_PIN = "exists (select 1 from pin where pin.employee = e.id and pin.deleted = 0)"

_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$emhhbmdndWktbm9ib2R5$T2JRnXyBPGHpYGzHC0Z9X4JzNWwMPWfQqZ0zYv3m5cQ"
"""What is checked for who has no PIN, so that the time it takes tells nobody who works here."""


def people(journal: Journal) -> Sequence[Row]:
    """Everybody who may sign in: they work here and have a PIN."""
    return journal.reading().execute(f"{WORKING_HERE} and {WITH_PIN} order by e.no, e.name").fetchall()


def person(journal: Journal, employee: str) -> Row | None:
    """One who works here; None for who has left."""
    return journal.reading().execute(f"{WORKING_HERE} and e.id = ?", (employee,)).fetchone()  # type: ignore[no-any-return]


def check_pin(reader: Reader, employee: str, pin: str) -> bool:
    """Tell whether a PIN is right. Slow on purpose: never call it on the loop or in the writer."""
    row = reader.row("select hash from pin where id = ? and deleted = 0", derive("pin", employee))
    return fits(row["hash"] if row else _NOBODY, pin) and row is not None


def device(journal: Journal, key_hash: str) -> Row | None:
    """The device whose key has this hash, unless it was shut out."""
    asked = "select id, name from device where key_hash = ? and disabled = 0 and deleted = 0"
    return journal.reading().execute(asked, (key_hash,)).fetchone()  # type: ignore[no-any-return]
