"""Neighbours: the shop's own list of its boxes, told to the part that speaks with them.

Members are records like any other, so they come with every merge; a certificate in one is believed for the owner's
signature alone, whoever wrote the record.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from appliance.journal import Journal
from appliance.sync.boxes.company import Company

TABLE = "member"


def follow_members(journal: Journal, company: Company) -> None:
    """Let the circle know whom the shop's members are, now and whenever that changes."""
    if TABLE not in journal.schema.shapes:
        return

    def look() -> None:
        for row in journal.reading().execute("select box, certificate, address from member where deleted = 0"):
            company.circle.learn(row["certificate"])
            with suppress(ValueError):
                box = bytes.fromhex(row["box"])
                if row["address"] and row["address"] not in company.notebook.peer(box).urls:
                    company.notebook.reached(box, [row["address"]])

    def heard(touched: frozenset[tuple[str, str]]) -> None:
        if any(table == TABLE for table, _ in touched):
            look()

    look()
    journal.listen(heard)


def certificates_in(change: Any) -> Iterator[str]:
    """Find the certificate that a change of the log shows, for whoever reads the log without keeping a shop."""
    match change:
        case ["p" | "s", str(table), _, {"certificate": str(told)}, *_] if table == TABLE and told:
            yield told
