"""Who works here, what they may do, and which tablets were let in."""

from typing import Annotated, ClassVar, Literal

import msgspec

from appliance.journal import (
    CHAIN,
    Day,
    Fact,
    Group,
    Label,
    Moment,
    Partition,
    Phone,
    Record,
    Ref,
    Secret,
    Text,
    Watched,
)
from appliance.shop.settings import ShopId, WarehouseId

EmployeeId = Annotated[str, Ref("employee")]
RoleId = Annotated[str, Ref("role")]
DeviceId = Annotated[str, Ref("device")]

Job = Literal[
    "salesperson",
    "reviewer",
    "print_clerk",
    "examiner",
    "packer",
    "picker",
    "shipper",
    "settlement",
    "buyer",
    "quality",
    "producer",
]
"""What somebody does in the shop; work and commission are told apart by it. It grants nothing: roles do."""

FieldRight = Literal["cost", "profit", "phone", "customer_totals"]
"""Figures that only some may see."""

DeviceKind = Annotated[Literal["tablet", "handset", "computer", "kiosk"], Label("device_kind")]


class Employee(Record, kw_only=True, frozen=True):
    """Somebody who works or worked here."""

    within: ClassVar[tuple[str, ...] | None] = ()
    teams: ClassVar[str] = "department"
    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("role",), ("no",), ("department",))
    no: Text = ""
    name: Text = ""
    department: Annotated[Text, Watched()] = ""
    """Whom they work with; a role may let people see what their department does."""
    phone: Phone = ""
    jobs: list[Job] = msgspec.field(default_factory=list)
    role: Annotated[RoleId, Watched()] = ""
    joined: Day = ""
    left_on: Annotated[Day, Group("leaving")] = ""
    warehouse: WarehouseId = ""
    shop: ShopId = ""
    ranges: Annotated[dict[str, list[str]], Watched()] = msgspec.field(default_factory=dict)
    """As those of a role, which they narrow further."""
    disabled: Annotated[bool, Group("leaving")] = False


class Pin(Record, kw_only=True, frozen=True):
    """What a person's PIN hashes to; its id follows from the person's."""

    partition: ClassVar[Partition] = CHAIN
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("employee",),)
    employee: Annotated[EmployeeId, Group("pin"), Watched()] = ""
    hash: Annotated[Secret, Group("pin"), Watched()] = ""


class Role(Record, kw_only=True, frozen=True):
    """What a kind of work may do, see, and how far it may go."""

    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True
    name: Text = ""
    grants: Annotated[list[str], Group("rights"), Watched()] = msgspec.field(default_factory=list)
    """Patterns of permissions: "orders.*", "shipping.see"."""
    fields: Annotated[list[str], Group("rights"), Watched()] = msgspec.field(default_factory=list)
    limits: Annotated[dict[str, int], Group("rights"), Watched()] = msgspec.field(default_factory=dict)
    ranges: Annotated[dict[str, list[str]], Watched()] = msgspec.field(default_factory=dict)
    """By kind of place ("branch", "shop", "warehouse") the ids, "mine" for their own; "own" for documents of their own ("mine") or of their department ("team")."""
    disabled: bool = False


class Vouched(Fact, kw_only=True, frozen=True):
    """Somebody put their PIN under what another did; it stands in the same entry."""

    supervisor: EmployeeId = ""
    action: Text = ""


class Device(Record, kw_only=True, frozen=True):
    """A tablet that was let in. Its key lies on the tablet; here is only the key's hash."""

    history: ClassVar[bool] = True
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("key_hash",),)
    name: Text = ""
    key_hash: Secret = ""
    kind: DeviceKind = "tablet"
    enrolled_at: Moment = 0
    disabled: Annotated[bool, Watched()] = False
