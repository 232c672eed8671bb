"""What can be done about people, their PINs, their roles and their tablets."""

from typing import Annotated, Any

from appliance.journal import Day, Desk, Hint, Label, Money, Phone, Rate, Refusal, Secret, Text, action, derive
from appliance.shop.settings import ShopId, WarehouseId
from appliance.shop.staff import confining, devices, opening
from appliance.shop.staff.confining import (
    Branches,
    OwnPapers,
    OwnShop,
    OwnWarehouse,
    Shops,
    TeamPapers,
    Warehouses,
    told_ranges,
)
from appliance.shop.staff.pins import hash_pin, is_hash
from appliance.shop.staff.records import Employee, EmployeeId, FieldRight, Job, Pin, Role, RoleId
from appliance.shop.staff.rights import check_may_give, check_may_touch, check_owner_left, check_within, range_of
from appliance.shop.staff.roles import OWNER

# The room's actions are found here, wherever they are written.
enrol_device, change_device = devices.enrol_device, devices.change_device
disable_device, enable_device = devices.disable_device, devices.enable_device
first_shop = opening.first_shop
confine = confining.confine

NewPin = Annotated[
    Secret, Label("PIN"), Hint("4 to 8 digits; nothing that is guessed at the first try, like 0000 or 1234.")
]
Department = Annotated[Text, Label("Department"), Hint("Counter, warehouse, office: whom they work with.")]
Number = Annotated[Text, Label("employee_no"), Hint("Left empty, the next free one is taken.")]


def hashed(given: dict[str, Any]) -> dict[str, Any]:
    """Put the hash in the PIN's place before the writer sees it: hashing is slow, and a PIN is nobody's business."""
    return {**given, "pin": hash_pin(given["pin"])}


# ---- people


@action("Add an employee")
def add_employee(
    desk: Desk,
    *,
    name: Text,
    role: RoleId,
    no: Number = "",
    phone: Phone = "",
    jobs: list[Job] = [],  # noqa: B006 - the form's default, never written to
    department: Department = "",
    joined: Day = "",
    warehouse: WarehouseId = "",
    shop: ShopId = "",
) -> str:
    """Give them a PIN afterwards, so that they can sign in."""
    given = _check_person(desk, name, role, no)
    check_within(desk, range_of(given.ranges, {}, employee="-", shop=shop, warehouse=warehouse))
    return desk.put(
        Employee(
            no=no or _next_number(desk), name=name, phone=phone, jobs=jobs, role=role, joined=joined or desk.day,
            warehouse=warehouse, shop=shop, department=department.strip(),
        )
    )  # fmt: skip


@action("Change the employee")
def change_employee(
    desk: Desk,
    *,
    employee: EmployeeId,
    name: Text,
    role: RoleId,
    no: Number = "",
    phone: Phone = "",
    jobs: list[Job] = [],  # noqa: B006 - the form's default, never written to
    department: Department = "",
    joined: Day = "",
    warehouse: WarehouseId = "",
    shop: ShopId = "",
) -> None:
    """A new role holds at once, on every tablet."""
    standing = desk.get(Employee, employee)
    check_may_touch(desk, employee)
    given = _check_person(desk, name, role, no, employee)
    check_within(desk, range_of(given.ranges, standing.ranges, employee=employee, shop=shop, warehouse=warehouse))
    if role != standing.role and standing.role == OWNER:
        check_owner_left(desk, employee)
    desk.change(
        Employee, employee, name=name, role=role, no=no or standing.no, phone=phone, jobs=jobs, joined=joined,
        warehouse=warehouse, shop=shop, department=department.strip(),
    )  # fmt: skip


@action(
    "They leave",
    undo="staff.come_back",
    confirm="Their sessions end at once and they cannot sign in any more. What they did stays in the history.",
)
def leave(desk: Desk, *, employee: EmployeeId, left_on: Annotated[Day, Label("Last day")] = "") -> None:
    """Their sessions end at once; what they did stays in the history."""
    standing = desk.get(Employee, employee)
    day = left_on or desk.day
    if standing.left_on:
        raise Refusal("{name} has left already.", name=standing.name)
    if day > desk.day:
        raise Refusal("That day is still to come. Note it when they have left.", field="left_on")
    if standing.joined and day < standing.joined:
        raise Refusal("They began on {day}; the last day cannot be before.", field="left_on", day=standing.joined)
    check_may_touch(desk, employee)
    check_owner_left(desk, employee)
    desk.change(Employee, employee, left_on=day, disabled=True)


@action("They come back")
def come_back(desk: Desk, *, employee: EmployeeId) -> None:
    """Their role and PIN are as they were."""
    standing = desk.get(Employee, employee)
    check_may_give(desk, desk.get(Role, standing.role).grants)
    desk.change(Employee, employee, left_on="", disabled=False)


def _check_person(desk: Desk, name: str, role: str, no: str, employee: str = "") -> Role:
    if not name.strip():
        raise Refusal("A name is needed.", field="name")
    given = desk.get(Role, role)
    if given.disabled:
        raise Refusal("{name} is disabled. Choose another.", field="role", name=given.name)
    check_may_give(desk, given.grants)
    if no and desk.row("select 1 from employee where no = ? and id <> ? and deleted = 0", no, employee):
        raise Refusal("The number {no} is taken.", field="no", code="taken", no=no)
    return given


def _next_number(desk: Desk) -> str:
    taken = {row["no"] for row in desk.rows("select no from employee")}
    return next(no for place in range(1, len(taken) + 2) if (no := f"{place:03d}") not in taken)


# ---- PINs


@action("Set the PIN", before=hashed)
def set_pin(desk: Desk, *, employee: EmployeeId, pin: NewPin) -> None:
    """Tell it to nobody but them; they can change it themselves."""
    desk.get(Employee, employee)
    check_may_touch(desk, employee)
    write_pin(desk, employee, pin)


@action("Change my PIN", before=hashed)
def change_my_pin(desk: Desk, *, pin: NewPin) -> None:
    """It holds from the next sign-in on."""
    desk.get(Employee, desk.who)
    write_pin(desk, desk.who, pin)


def write_pin(desk: Desk, employee: str, hash_: str) -> None:
    """Keep what a PIN hashes to, and say in the person's history that it was set."""
    if not is_hash(hash_):
        raise RuntimeError("A PIN itself is never written down.")
    desk.put(Pin(id=derive("pin", employee), employee=employee, hash=hash_))
    desk.about(employee)


# ---- roles

Grants = Annotated[list[str], Label("What they may do")]
Fields = Annotated[list[FieldRight], Label("What they may see")]
Discount = Annotated[Rate | None, Label("Greatest discount"), Hint("Empty for no limit.")]
Margin = Annotated[Rate | None, Label("Least margin"), Hint("Empty for no limit.")]
Refund = Annotated[Money | None, Label("Greatest refund"), Hint("Empty for no limit.")]
Adjustment = Annotated[Money | None, Label("Greatest stock adjustment"), Hint("Empty for no limit.")]
TopUp = Annotated[Money | None, Label("Greatest top-up"), Hint("Empty for no limit.")]


@action("Add a role")
def add_role(
    desk: Desk,
    *,
    name: Text,
    grants: Grants = [],  # noqa: B006 - the form's default, never written to
    fields: Fields = [],  # noqa: B006 - the form's default, never written to
    discount: Discount = None,
    margin: Margin = None,
    refund: Refund = None,
    adjustment: Adjustment = None,
    top_up: TopUp = None,
    branches: Branches = [],  # noqa: B006 - the form's default, never written to
    shops: Shops = [],  # noqa: B006 - the form's default, never written to
    warehouses: Warehouses = [],  # noqa: B006 - the form's default, never written to
    own_shop: OwnShop = False,
    own_warehouse: OwnWarehouse = False,
    own_papers: OwnPapers = False,
    team_papers: TeamPapers = False,
) -> str:
    """A kind of work: what it may do, see, and how far it may go."""
    limits = _limits(discount=discount, margin=margin, refund=refund, adjustment=adjustment, top_up=top_up)
    ranges = told_ranges(
        branches=branches, shops=shops, warehouses=warehouses, own_shop=own_shop, own_warehouse=own_warehouse,
        own_papers=own_papers, team_papers=team_papers,
    )  # fmt: skip
    _check_role(desk, name, grants, fields)
    check_within(desk, range_of(ranges, {}, employee="", shop="", warehouse=""))
    return desk.put(
        Role(name=name, grants=sorted(set(grants)), fields=sorted(set(fields)), limits=limits, ranges=ranges)
    )


@action("Change the role")
def change_role(
    desk: Desk,
    *,
    role: RoleId,
    name: Text,
    grants: Grants = [],  # noqa: B006 - the form's default, never written to
    fields: Fields = [],  # noqa: B006 - the form's default, never written to
    discount: Discount = None,
    margin: Margin = None,
    refund: Refund = None,
    adjustment: Adjustment = None,
    top_up: TopUp = None,
    branches: Branches = [],  # noqa: B006 - the form's default, never written to
    shops: Shops = [],  # noqa: B006 - the form's default, never written to
    warehouses: Warehouses = [],  # noqa: B006 - the form's default, never written to
    own_shop: OwnShop = False,
    own_warehouse: OwnWarehouse = False,
    own_papers: OwnPapers = False,
    team_papers: TeamPapers = False,
) -> None:
    """It holds at once for everybody who has it."""
    if role == OWNER:
        raise Refusal("An owner may do everything; that role stays as it is.", code="owner_role")
    standing = desk.get(Role, role)
    check_may_give(desk, standing.grants)
    limits = _limits(discount=discount, margin=margin, refund=refund, adjustment=adjustment, top_up=top_up)
    ranges = told_ranges(
        branches=branches, shops=shops, warehouses=warehouses, own_shop=own_shop, own_warehouse=own_warehouse,
        own_papers=own_papers, team_papers=team_papers,
    )  # fmt: skip
    _check_role(desk, name, grants, fields, role)
    check_within(desk, range_of(ranges, {}, employee="", shop="", warehouse=""))
    desk.change(
        Role, role, name=name, grants=sorted(set(grants)), fields=sorted(set(fields)), limits=limits, ranges=ranges
    )


@action("Disable the role")
def disable_role(desk: Desk, *, role: RoleId) -> None:
    """Nobody may have it any more."""
    if role == OWNER:
        raise Refusal("An owner may do everything; that role stays as it is.", code="owner_role")
    holder = desk.row(
        "select name from employee where role = ? and deleted = 0 and disabled = 0 and left_on = '' limit 1", role
    )
    if holder:
        raise Refusal("{name} has this role. Give them another first.", code="in_use", name=holder["name"])
    desk.change(Role, role, disabled=True)


@action("Enable the role")
def enable_role(desk: Desk, *, role: RoleId) -> None:
    """It can be given again."""
    check_may_give(desk, desk.get(Role, role).grants)
    desk.change(Role, role, disabled=False)


def _check_role(desk: Desk, name: str, grants: list[str], fields: list[FieldRight], role: str = "") -> None:
    if not name.strip():
        raise Refusal("A name is needed.", field="name")
    if desk.row("select 1 from role where name = ? collate nocase and id <> ? and deleted = 0", name, role):
        raise Refusal("There is already something called {name} here.", field="name", code="taken", name=name)
    check_may_give(desk, grants, fields)


def _limits(**given: int | None) -> dict[str, int]:
    for name, most in given.items():
        if most is not None and most < 0:
            raise Refusal("This cannot be less than nothing.", field=name)
    return {name: most for name, most in given.items() if most is not None}
