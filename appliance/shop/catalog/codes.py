"""Codes: what a scanner or a person says for a SKU. A code means one SKU only, wherever it is written."""

from collections.abc import Iterable
from typing import NamedTuple

from appliance.journal import ONE, Desk, Refusal

SHORTEST, LONGEST = 4, 40


class Scanned(NamedTuple):
    """What a scanned code stands for."""

    sku: str
    units: int


def scanned(desk: Desk, code: str) -> Scanned | None:
    """Say which SKU a code means and how many units of it; None for an unknown code.

    If a merge made a code mean two things, the same one answers on every box until a person decides.
    """
    row = desk.row(
        "select sku, units from (select s.id as sku, ? as units, s.disabled, c.since from sku s "
        "join code_claim c on c.code = s.code and c.sku = s.id where s.code = ? and s.deleted = 0 union all "
        "select b.sku, b.units, s.disabled, c.since from barcode b join sku s on s.id = b.sku "
        "join code_claim c on c.code = b.code and c.sku = b.sku "
        "where b.code = ? and b.deleted = 0 and s.deleted = 0) order by disabled, since, sku limit 1",
        ONE, code, code,
    )  # fmt: skip
    return Scanned(row.sku, row.units) if row is not None else None


def by_code(desk: Desk, code: str) -> str | None:
    """Return the SKU that a SKU code or barcode means; None for an unknown code."""
    found = scanned(desk, code)
    return found.sku if found else None


def check_barcode(code: str, *, units: int, field: str = "code", units_field: str = "units") -> None:
    """Refuse a barcode that no scanner can send, or one that stands for nothing."""
    if not SHORTEST <= len(code) <= LONGEST:
        raise Refusal(
            "A barcode has {shortest} to {longest} characters; this one has {length}.",
            field=field, shortest=SHORTEST, longest=LONGEST, length=len(code),
        )  # fmt: skip
    if not (code.isascii() and code.isprintable()) or " " in code:
        raise Refusal("A barcode has letters, digits and signs only, and no blanks.", field=field)
    if units <= 0:
        raise Refusal("A barcode stands for more than nothing.", field=units_field)


def check_code(code: str, *, field: str = "code") -> None:
    """Refuse a SKU code that cannot be typed again as it was written."""
    if not code:
        raise Refusal("A SKU needs a code.", field=field)
    if not code.isprintable() or any(char.isspace() for char in code):
        raise Refusal("A SKU code has no blanks in it.", field=field)
    if len(code) > LONGEST:
        raise Refusal("A SKU code has at most {longest} characters.", field=field, longest=LONGEST)


def check_free(desk: Desk, code: str, *, sku: str = "", field: str = "code") -> None:
    """Refuse a code that already means another SKU."""
    taken = desk.row(
        "select s.id, g.name from sku s join goods g on g.id = s.goods where s.id in ("
        "select id from sku where code = ? and deleted = 0 union all "
        "select sku from barcode where code = ? and deleted = 0) and s.deleted = 0 and s.id <> ? limit 1",
        code, code, sku,
    )  # fmt: skip
    if taken is not None:
        raise Refusal(
            "{typed} already means {name}.",
            field=field, code="code_taken", remedy=f"/skus/{taken.id}", typed=code, name=taken.name,
        )  # fmt: skip


def check_once(codes: Iterable[str], *, field: str) -> None:
    """Refuse a code that was typed twice in one form."""
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise Refusal("{typed} stands here twice.", field=field, typed=code)
        seen.add(code)
