"""Where somebody sees and acts: what a role or a person's own file says, turned into a range of places and documents."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from appliance.journal import Desk, Hint, Label, Refusal, action
from appliance.shop.settings import BranchId, ShopId, WarehouseId
from appliance.shop.staff.records import Employee, EmployeeId
from appliance.shop.staff.rights import check_may_touch, check_within, range_of
from appliance.shop.staff.roles import OWNER

OwnShop = Annotated[bool, Label("Only the shop they work in"), Hint("The one in their file.")]
OwnWarehouse = Annotated[bool, Label("Only the warehouse they work in"), Hint("The one in their file.")]
Shops = Annotated[list[ShopId], Label("Only these shops"), Hint("None ticked: all of them.")]
Warehouses = Annotated[list[WarehouseId], Label("Only these warehouses"), Hint("None ticked: all of them.")]
Branches = Annotated[list[BranchId], Label("Only these branches"), Hint("None ticked: all of them.")]
OwnPapers = Annotated[
    bool, Label("Only their own documents"), Hint("Orders they sell and money papers they write; not those of others.")
]
TeamPapers = Annotated[
    bool,
    Label("Only documents of their department"),
    Hint("Their own, and those of whoever is in the same department."),
]
MINE: Final = "mine"
TEAM: Final = "team"
KINDS: Final = ("branch", "shop", "warehouse")


def told_ranges(
    *,
    branches: Sequence[str] = (),
    shops: Sequence[str] = (),
    warehouses: Sequence[str] = (),
    own_shop: bool = False,
    own_warehouse: bool = False,
    own_papers: bool = False,
    team_papers: bool = False,
) -> dict[str, list[str]]:
    """Gather what a form says: by kind of place the ids, "mine" for the one that stands in a person's file."""
    found = {
        "branch": sorted(set(branches)),
        "shop": [MINE] if own_shop else sorted(set(shops)),
        "warehouse": [MINE] if own_warehouse else sorted(set(warehouses)),
        "own": [MINE] if own_papers else [TEAM] if team_papers else [],
    }
    return {kind: ids for kind, ids in found.items() if ids}


@action("Say where they work")
def confine(
    desk: Desk,
    *,
    employee: EmployeeId,
    branches: Branches = [],  # noqa: B006 - the form's default, never written to
    shops: Shops = [],  # noqa: B006 - the form's default, never written to
    warehouses: Warehouses = [],  # noqa: B006 - the form's default, never written to
    own_papers: OwnPapers = False,
    team_papers: TeamPapers = False,
) -> None:
    """They see and do nothing elsewhere. This narrows what their role says, and never widens it."""
    standing = desk.get(Employee, employee)
    check_may_touch(desk, employee)
    if standing.role == OWNER:
        raise Refusal("An owner works everywhere. Give them another role first.", code="owner_role")
    if employee == desk.who and desk.rights.range:
        raise Refusal("Somebody else has to say where you work.", code="not_yours")
    told = told_ranges(
        branches=branches, shops=shops, warehouses=warehouses, own_papers=own_papers, team_papers=team_papers
    )
    check_within(desk, range_of(told, {}, employee=employee, shop=standing.shop, warehouse=standing.warehouse))
    desk.change(Employee, employee, ranges=told)


def ranges_in(told: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """The same as fields of a form."""
    places = {
        f"{kind}{'es' if kind == 'branch' else 's'}": [one for one in told.get(kind, ()) if one != MINE]
        for kind in KINDS
    }
    own = {f"own_{kind}": MINE in told.get(kind, ()) for kind in ("shop", "warehouse")}
    return {**places, **own, "own_papers": MINE in told.get("own", ()), "team_papers": TEAM in told.get("own", ())}
