"""The first day: what a new box needs before anybody can sign in."""

from typing import Any, Literal

from appliance.journal import Desk, Refusal, Secret, Text, action, derive
from appliance.shop import settings
from appliance.shop.settings import Branch, Shop, Warehouse
from appliance.shop.staff.pins import hash_pin
from appliance.shop.staff.records import Employee, Pin, Role
from appliance.shop.staff.roles import FIRST_ROLES, OWNER

Language = Literal["zh", "en"]

_NAMES = {"zh": ("总店", "主仓", "门店"), "en": ("Main branch", "Main warehouse", "Counter")}


def _hashed(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "pin": hash_pin(given["pin"])}


@action("Open the shop", before=_hashed)
def first_shop(desk: Desk, *, shop: Text, owner: Text, pin: Secret, language: Language = "zh") -> str:
    """Makes the branch this box stands in, a warehouse, a counter, the roles, and the owner; returns the owner's id."""
    if not shop.strip():
        raise Refusal("A name is needed.", field="shop")
    if not owner.strip():
        raise Refusal("A name is needed.", field="owner")
    if desk.row("select 1 from employee limit 1"):
        raise Refusal("This shop is open already.", code="open_already")
    branch = desk.branch
    branch_name, warehouse_name, _ = _NAMES[language]
    warehouse = derive("warehouse", branch)
    desk.put(Branch(id=branch, name=branch_name, code=desk.box))
    desk.put(Warehouse(id=warehouse, name=warehouse_name, code="W1", branch=branch, kind="normal"))
    counter = Shop(
        id=derive("shop", branch), name=shop.strip(), code="S1", platform="counter", branch=branch, warehouse=warehouse
    )
    desk.put(counter)
    settings.first_lists(desk, language)
    first_roles(desk, language)
    employee = derive("employee", branch, "owner")
    desk.put(
        Employee(
            id=employee, no="001", name=owner.strip(), role=OWNER, joined=desk.day, shop=counter.id,
            warehouse=warehouse, jobs=["salesperson", "reviewer"],
        )
    )  # fmt: skip
    desk.put(Pin(id=derive("pin", employee), employee=employee, hash=pin))
    return employee


def first_roles(desk: Desk, language: Language) -> None:
    """Write the roles that a shop begins with."""
    for role in FIRST_ROLES:
        name = role.zh if language == "zh" else role.en
        desk.put(
            Role(id=role.id, name=name, grants=list(role.grants), fields=list(role.fields), limits=dict(role.limits))
        )
