"""Every switch of the shop in one table: its name, kind, default and sentence. What no table knows is not a switch.

A value is kept as text: "1" or "0" for a flag, a whole number for an amount, a weight or a count, ids with commas
between them for a list of shops.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

from appliance.journal import Row, derive

SwitchKind = Literal["always", "flag", "money", "weight", "count", "days", "clock", "text", "shops", "prefix"]


class Reader(Protocol):
    """Whoever can read the shop: a desk, or a visit."""

    def rows(self, sql: str, *args: object) -> list[Row]:
        """Ask the shop."""
        ...


@dataclass(frozen=True)
class Switch:
    """One thing about the shop that its owner decides."""

    name: str
    kind: SwitchKind
    default: str
    sentence: str

    @property
    def section(self) -> str:
        """The part of the page it stands in."""
        return self.name.partition(".")[0]

    @property
    def parameter(self) -> str:
        """What its field is called in the form."""
        return self.name.replace(".", "_")


SECTIONS = {
    "hard": "Always checked when an order is reviewed",
    "review": "Checked when an order is reviewed; who may, can force it",
    "finance": "Sent to finance review",
    "auto": "Reviewed without a person",
    "money": "Receipts and payments",
    "promise": "When an order is to be sent",
    "stock": "What counts as available",
    "number": "How papers are numbered",
}

SWITCHES: tuple[Switch, ...] = (
    Switch("hard.state", "always", "1", "The order is waiting for review."),
    Switch("hard.shop", "always", "1", "The shop is known and enabled."),
    Switch("hard.warehouse", "always", "1", "The warehouse is known and enabled."),
    Switch("hard.receiver", "always", "1", "The receiver has a name."),
    Switch("hard.address", "always", "1", "The address has an area and a street."),
    Switch("hard.paid", "always", "1", "A prepaid order is paid in full."),
    Switch("hard.instalments", "always", "1", "Instalments come to what is to be paid."),
    Switch("hard.frozen", "always", "1", "The order is not frozen."),
    Switch("hard.refund", "always", "1", "No line has a refund request."),
    Switch("hard.cod", "always", "1", "The courier collects cash, if the buyer pays on delivery."),
    Switch("hard.reverted", "always", "1", "What it was sent back for has been cleared."),
    Switch("hard.lines", "always", "1", "At least one line has a quantity."),
    Switch("hard.adds_up", "always", "1", "Its lines add up to what is to be paid."),
    Switch("hard.mapped", "always", "1", "Every line is matched to goods of ours."),
    Switch("hard.rights", "always", "1", "Of what several branches sell, this box has the right to promise so much."),
    Switch("review.overweight", "flag", "1", "The estimated weight is above the limit"),
    Switch("review.weight_limit", "weight", "30000", "Weight limit of one order; empty for the courier's own"),
    Switch("review.blacklisted", "flag", "1", "The customer is on the blacklist"),
    Switch("review.no_phone", "flag", "1", "There is no phone number at all"),
    Switch("review.no_courier", "flag", "1", "No courier is chosen"),
    Switch("review.no_customer", "flag", "0", "No customer is known"),
    Switch("review.unreachable", "flag", "1", "The courier does not go there"),
    Switch("review.return_missing", "flag", "1", "It is an exchange and the return has not arrived"),
    Switch("review.exceptions", "flag", "1", "The platform changed something about the order"),
    Switch("review.source_refunded", "flag", "1", "The platform order was refunded"),
    Switch("review.stock_short", "flag", "1", "Stock is short and the goods may not go below nothing"),
    Switch("review.below_minimum", "flag", "1", "A line is below the minimum price (not gifts)"),
    Switch("review.below_cost", "flag", "1", "A line is below cost (not gifts)"),
    Switch("review.only_gifts", "flag", "1", "There are only gifts in it"),
    Switch("review.already_shipped", "flag", "1", "The platform says it was shipped already"),
    Switch("review.unmerged", "flag", "1", "The same receiver has other orders that could go along"),
    Switch("review.unmerged_approved", "flag", "0", "Among those, look at approved ones too"),
    Switch("review.unmerged_frozen", "flag", "0", "Among those, look at frozen ones too"),
    Switch("review.unmerged_other_address", "flag", "0", "Among those, look at other addresses too"),
    Switch("review.unmerged_unpaid", "flag", "0", "Among those, look at unpaid ones too"),
    Switch("finance.discount", "money", "0", "The discount is this much or more; empty for never"),
    Switch("finance.receivable", "money", "0", "The order is worth more than this; empty for never"),
    Switch("finance.import", "flag", "0", "It came out of a spreadsheet"),
    Switch("finance.manual", "flag", "0", "It was typed by hand"),
    Switch("finance.all_gifts", "flag", "1", "All lines are gifts"),
    Switch("finance.below_cost", "flag", "0", "A line that is no gift is sold below cost"),
    Switch("auto.on", "flag", "0", "Review orders automatically"),
    Switch("auto.minutes", "count", "5", "Look every so many minutes"),
    Switch("auto.from", "clock", "08:00", "Begin at"),
    Switch("auto.until", "clock", "22:00", "Stop at"),
    Switch("auto.no_message", "flag", "1", "Only without a message of the buyer"),
    Switch("auto.no_memo", "flag", "1", "Only without a memo of ours"),
    Switch("auto.no_invoice", "flag", "1", "Only without a wish for an invoice"),
    Switch("auto.plain_address", "flag", "1", "Only when the address has none of these words"),
    Switch("auto.risky_words", "text", "村,组,屯,自提", "Words in an address that a person should read"),
    Switch("auto.weight", "weight", "5000", "Only up to this weight; empty for any"),
    Switch("auto.shops", "shops", "", "Only these shops; none chosen means all"),
    Switch("money.review", "flag", "0", "Receipts and payments count only after a review"),
    Switch("money.second_review", "flag", "0", "A second person reviews them too"),
    Switch("money.own_limit", "money", "0", "Above this nobody approves what they wrote; empty for any amount"),
    Switch("promise.days", "days", "0", "Working days in which an order of ours is sent; empty for no promise"),
    Switch("promise.until", "clock", "18:00", "On that day, sent by"),
    Switch("stock.less_unpaid", "flag", "0", "Orders that wait for payment keep goods back"),
    Switch("stock.less_preorder", "flag", "0", "Preorders keep goods back"),
    Switch("stock.plus_on_order", "flag", "0", "Goods on order count as there"),
    Switch("stock.plus_transit", "flag", "0", "Goods on transfer to here count as there"),
    Switch("number.CU", "prefix", "CU", "Customers"),
    Switch("number.SO", "prefix", "SO", "Sales orders"),
    Switch("number.CK", "prefix", "CK", "Parcels"),
    Switch("money.till", "flag", "0", "Cash drawers move money only while somebody has opened them"),
    Switch("number.SY", "prefix", "SY", "Cash sessions"),
    Switch("number.MP", "prefix", "MP", "Receipts and payments"),
    Switch("number.G", "prefix", "G", "Goods"),
    Switch("number.QC", "prefix", "QC", "Opening stock"),
    Switch("number.QR", "prefix", "QR", "Other stock in"),
    Switch("number.QH", "prefix", "QH", "Other stock out"),
    Switch("number.BS", "prefix", "BS", "Scrap"),
    Switch("number.ZH", "prefix", "ZH", "Conversions of good and defective"),
    Switch("number.TJ", "prefix", "TJ", "Adjusted values"),
    Switch("number.DB", "prefix", "DB", "Transfers between warehouses"),
)
BY_NAME: Mapping[str, Switch] = {switch.name: switch for switch in SWITCHES}


class Values(Mapping[str, str]):
    """Every switch as it stands, read in one question."""

    def __init__(self, set_: Mapping[str, str]) -> None:
        self._set = set_

    def __getitem__(self, name: str) -> str:
        switch = BY_NAME[name]
        return switch.default if switch.kind == "always" else self._set.get(name, switch.default)

    def __iter__(self) -> Iterator[str]:
        return iter(BY_NAME)

    def __len__(self) -> int:
        return len(BY_NAME)

    def on(self, name: str) -> bool:
        """Tell whether a flag is on."""
        return self[name] == "1"

    def number(self, name: str) -> int:
        """Return an amount, a weight or a count."""
        return whole(self[name])

    def names(self, name: str) -> list[str]:
        """Return a list: words or shops."""
        return [part.strip() for part in self[name].replace(",", ",").split(",") if part.strip()]


def whole(text: str) -> int:
    """Read a whole number; what another version wrote and this one cannot read counts as nothing."""
    return int(text) if text.lstrip("-").isdecimal() else 0


def values(reader: Reader) -> Values:
    """Read every switch at once."""
    return Values(
        {row["name"]: row["value"] for row in reader.rows("select name, value from setting where deleted = 0")}
    )


def value(reader: Reader, name: str) -> str:
    """Read one switch."""
    switch = BY_NAME[name]
    found = reader.rows("select value from setting where id = ? and deleted = 0", setting_id(name))
    return str(found[0]["value"]) if found and switch.kind != "always" else switch.default


def on(reader: Reader, name: str) -> bool:
    """Tell whether a flag is on."""
    return value(reader, name) == "1"


def number(reader: Reader, name: str) -> int:
    """Read an amount, a weight or a count."""
    return whole(value(reader, name))


@cache
def setting_id(name: str) -> str:
    """The id of a switch's record: two boxes that turn the same switch mean the same record."""
    return derive("setting", name)


RULES = setting_id("rules")
"""What the history of all switches together is found by."""
