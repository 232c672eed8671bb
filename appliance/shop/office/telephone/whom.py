"""Who is at the other end of a call, as far as one knows: a person, a number, or why there is no number."""

from dataclasses import dataclass
from html import escape
from typing import Any

from appliance.journal import Row
from appliance.web import Visit
from appliance.web import columns as c
from appliance.web.cells import Seen, plain_text

UNTOLD = {
    "allowed": "Unknown number", "withheld": "Number withheld", "unavailable": "Number not known to the network",
    "absent": "No number was sent",
}  # fmt: skip


def whom(visit: Visit, row: Row) -> str:
    """Name whoever is at the other end."""
    return row.customer_name or row.name or visit.mask(row.phone) or visit.words(UNTOLD[row.presentation])


@dataclass(frozen=True)
class Whom(c.Text):
    """Whoever is at the other end; the number stands under a name."""

    @property
    def reads(self) -> list[str]:
        """The columns of the view that it names."""
        return [*super().reads, "name", "phone", "presentation"]

    def text(self, row: Any, seen: Seen) -> str:
        """Write the name, or the number, or why there is none."""
        return escape(self.plain(row, seen))

    def under(self, row: Any, seen: Seen) -> str:
        """Write the number under a name."""
        named = row[self.name] or row["name"]
        return (
            f"<div class=sub>{escape(plain_text('phone', row['phone'], seen))}</div>" if named and row["phone"] else ""
        )

    def plain(self, row: Any, seen: Seen) -> str:
        """Name whoever is at the other end."""
        known: str = row[self.name] or row["name"] or plain_text("phone", row["phone"], seen)
        return known or seen.words(UNTOLD[row["presentation"]])
