"""The roles a new shop begins with. An owner changes them as the shop needs; only the owner's own stays as it is."""

from dataclasses import dataclass, field
from typing import Final

from appliance.journal import derive

LIMITS: Final = {"discount": "rate", "margin": "rate", "refund": "money", "adjustment": "money", "top_up": "money"}
"""How far a role may go: the greatest discount, the least margin, and amounts; what is not named has no limit."""

FIELDS: Final = ("cost", "profit", "phone", "customer_totals")


@dataclass(frozen=True)
class FirstRole:
    """A role of a new shop."""

    code: str
    zh: str
    en: str
    grants: tuple[str, ...]
    fields: tuple[str, ...] = ()
    limits: dict[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The same on every box."""
        return role_id(self.code)


def role_id(code: str) -> str:
    """The id of one of the first roles."""
    return derive("role", code)


OWNER: Final = role_id("owner")

EVERYBODY: Final = (
    "assistant.*", "staff.change_my_pin",
    "office.see", "office.*_note", "office.*_task", "office.check_off", "office.*_reminder", "office.*_outlet",
    "office.*_bookmark", "office.*_call", "office.dial_phone", "office.choose_callers", "office.opt_out",
    "office.opt_in",
)  # fmt: skip
"""Everybody writes notes, does tasks and takes calls; who looks after lines and who listens is given apart."""

LOOKING: Final = ("catalog.see", "customers.see", "inventory.see", "orders.see", "shipping.see")
SELLING: Final = (
    "orders.create", "orders.change_*", "orders.submit", "orders.set_*",
    "customers.create", "customers.change", "customers.change_*", "customers.add_*", "customers.tag",
)  # fmt: skip
"""Taking orders and keeping customers' files; forced review, finance review, credit and merging are given apart."""

FIRST_ROLES: Final = (
    FirstRole("owner", "老板", "Owner", ("*",), ("*",)),
    FirstRole(
        "manager", "店长", "Manager",
        (
            *EVERYBODY, "office.*_line", "office.listen", "office.*_recording", "catalog.*", "customers.*", "inventory.*", "accounts.*", "purchasing.*", "orders.*",
            "shipping.*", "aftersales.*", "marketplace.*", "commission.*", "designer.*", "statistics.*", "files.*",
            "settings.*", "branches.see", "branches.*_rights*", "branches.let_stand", "branches.keep_value", "branches.settle_alike",
            "branches.open_again", "staff.see", "staff.add_employee", "staff.change_employee", "staff.confine", "staff.set_pin", "staff.leave",
            "staff.enrol_device", "staff.change_device", "staff.disable_device",
        ),
        FIELDS,
        {"discount": 3_000, "refund": 500_000, "adjustment": 500_000},
    ),
    FirstRole(
        "reviewer", "审单员", "Reviewer",
        (*EVERYBODY, *LOOKING, *SELLING, "?orders.force_review", "orders.review", "orders.quick_review", "orders.unreview", "orders.revert",
         "orders.freeze", "orders.unfreeze", "orders.cancel", "orders.clear_*", "orders.delay", "orders.keep_as_preorder", "customers.blacklist",
         "branches.ask_for_rights", "customers.merge", "marketplace.*", "accounts.see"),
        ("phone", "customer_totals"),
        {"discount": 1_000, "refund": 50_000},
    ),
    FirstRole(
        "cashier", "收银员", "Cashier",
        (*EVERYBODY, *LOOKING, *SELLING, "orders.take_payment", "shipping.counter_sale", "accounts.see",
         "?orders.review", "?orders.force_review", "?orders.cancel", "?orders.unreview", "?shipping.ship", "?shipping.undo_ship",
         "accounts.new_receipt", "accounts.*_till", "accounts.settle*"),
        ("phone",),
        {"discount": 500, "refund": 20_000, "top_up": 500_000},
    ),
    FirstRole(
        "warehouse", "仓管", "Warehouse",
        (*EVERYBODY, *LOOKING, "inventory.*", "shipping.pack", "shipping.scan_out", "shipping.ship*",
         "shipping.undo_ship", "shipping.unpack", "purchasing.see", "purchasing.receive*"),
        ("phone",),
        {"adjustment": 50_000},
    ),
    FirstRole(
        "buyer", "采购", "Buyer",
        (*EVERYBODY, *LOOKING, "purchasing.*", "catalog.*", "inventory.other_in"),
        ("cost",),
    ),
    FirstRole(
        "accountant", "会计", "Accountant",
        (*EVERYBODY, *LOOKING, "accounts.*", "orders.finance_review", "purchasing.see", "statistics.*", "commission.*",
         "files.*"),
        FIELDS,
    ),
    FirstRole(
        "after_sales", "售后", "After-sales",
        (*EVERYBODY, *LOOKING, *SELLING, "aftersales.*", "accounts.see"),
        ("phone", "customer_totals"),
        {"refund": 50_000},
    ),
    FirstRole("viewer", "只看", "Viewer", ("*.see", "assistant.*", "staff.change_my_pin")),
    FirstRole("device", "公用屏", "Shared screen", ("assistant.see", "shipping.see", "orders.see")),
)  # fmt: skip
