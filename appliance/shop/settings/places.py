"""Branches, warehouses and shops: where the trade happens."""

from typing import Annotated

from appliance.journal import Day, Desk, Hint, Label, Limit, Phone, Refusal, Text, action
from appliance.shop.settings.directory import check_code, check_name, check_open
from appliance.shop.settings.records import (
    Branch,
    BranchId,
    Courier,
    CourierId,
    MoneyAccountId,
    Platform,
    Shop,
    ShopId,
    ShortCode,
    Warehouse,
    WarehouseId,
    WarehouseKind,
)

SELLING = ("normal", "store")
"""The kinds of warehouse that goods are sold from."""

CompleteDays = Annotated[
    int,
    Label("Days until completed"),
    Limit(min=1, max=180),
    Hint("An order counts as completed so many days after it was shipped."),
]

ShopGroup = Annotated[Text, Label("Shop group"), Hint("Shops of one group are reported together.")]
ReturnContact = Annotated[Text, Label("Returns go to"), Hint("Empty for the sender.")]
ReturnPhone = Annotated[Phone, Label("Phone for returns")]
ReturnAddress = Annotated[Text, Label("Address for returns")]
AuthorisedUntil = Annotated[
    Day, Label("Authorised until"), Hint("Up to which day the platform lets us fetch its orders.")
]


@action("Add a branch")
def add_branch(desk: Desk, *, name: Text, code: ShortCode = "", phone: Phone = "", address: Text = "") -> str:
    """A place with a box of its own."""
    check_name(desk, Branch, name)
    check_code(desk, Branch, code)
    return desk.put(Branch(name=name, code=code, phone=phone, address=address))


@action("Change the branch")
def change_branch(
    desk: Desk, *, branch: BranchId, name: Text, code: ShortCode = "", phone: Phone = "", address: Text = ""
) -> None:
    """Papers that were printed keep the old name."""
    check_name(desk, Branch, name, branch)
    check_code(desk, Branch, code, branch)
    desk.change(Branch, branch, name=name, code=code, phone=phone, address=address)


@action("Add a warehouse")
def add_warehouse(
    desk: Desk, *, name: Text, branch: BranchId, code: ShortCode = "", kind: WarehouseKind = "normal"
) -> str:
    """A place where goods lie. Its stock belongs to one branch."""
    check_name(desk, Warehouse, name)
    check_code(desk, Warehouse, code)
    check_open(desk, Branch, branch, "branch")
    return desk.put(Warehouse(name=name, code=code, branch=branch, kind=kind))


@action("Change the warehouse")
def change_warehouse(
    desk: Desk, *, warehouse: WarehouseId, name: Text, code: ShortCode = "", kind: WarehouseKind = "normal"
) -> None:
    """Its branch stays: the stock in it is in that branch's books. Move goods by a transfer."""
    check_name(desk, Warehouse, name, warehouse)
    check_code(desk, Warehouse, code, warehouse)
    if kind not in SELLING:
        check_selling_left(desk, warehouse)
    desk.change(Warehouse, warehouse, name=name, code=code, kind=kind)


@action("Add a shop")
def add_shop(
    desk: Desk,
    *,
    name: Text,
    platform: Platform,
    branch: BranchId,
    warehouse: WarehouseId,
    code: ShortCode = "",
    courier: CourierId = "",
    account: MoneyAccountId = "",
    contact: Text = "",
    phone: Phone = "",
    address: Text = "",
    return_contact: ReturnContact = "",
    return_phone: ReturnPhone = "",
    return_address: ReturnAddress = "",
    shop_group: ShopGroup = "",
    authorised_until: AuthorisedUntil = "",
    complete_days: CompleteDays = 15,
) -> str:
    """One store on one platform, or a counter. Contact, phone and address stand on waybills as the sender."""
    check_name(desk, Shop, name)
    check_code(desk, Shop, code)
    check_open(desk, Branch, branch, "branch")
    _check_defaults(desk, branch, warehouse, courier)
    return desk.put(
        Shop(
            name=name, code=code, platform=platform, branch=branch, warehouse=warehouse, courier=courier,
            account=account, contact=contact, phone=phone, address=address, return_contact=return_contact,
            return_phone=return_phone, return_address=return_address, shop_group=shop_group,
            authorised_until=authorised_until, complete_days=complete_days,
        )
    )  # fmt: skip


@action("Change the shop")
def change_shop(
    desk: Desk,
    *,
    shop: ShopId,
    name: Text,
    warehouse: WarehouseId,
    code: ShortCode = "",
    courier: CourierId = "",
    account: MoneyAccountId = "",
    contact: Text = "",
    phone: Phone = "",
    address: Text = "",
    return_contact: ReturnContact = "",
    return_phone: ReturnPhone = "",
    return_address: ReturnAddress = "",
    shop_group: ShopGroup = "",
    authorised_until: AuthorisedUntil = "",
    complete_days: CompleteDays = 15,
) -> None:
    """Its platform and branch stay: its orders and its money are in that branch's books."""
    standing = desk.get(Shop, shop)
    check_name(desk, Shop, name, shop)
    check_code(desk, Shop, code, shop)
    _check_defaults(desk, standing.branch, warehouse, courier)
    desk.change(
        Shop, shop, name=name, code=code, warehouse=warehouse, courier=courier, account=account,
        contact=contact, phone=phone, address=address, return_contact=return_contact, return_phone=return_phone,
        return_address=return_address, shop_group=shop_group, authorised_until=authorised_until,
        complete_days=complete_days,
    )  # fmt: skip


def _check_defaults(desk: Desk, branch: str, warehouse: str, courier: str) -> None:
    check_open(desk, Warehouse, warehouse, "warehouse")
    if desk.get(Warehouse, warehouse).branch != branch:
        raise Refusal("That warehouse belongs to another branch.", field="warehouse")
    if courier:
        check_open(desk, Courier, courier, "courier")


# ---- closing a place


def check_branch_can_close(desk: Desk, branch: str) -> None:
    """The box's own branch stays open, and so does the last one."""
    name = desk.get(Branch, branch).name
    if branch == desk.branch:
        raise Refusal("This box stands in {name}. Disable the branch at another box.", code="own_branch", name=name)
    if not desk.row("select 1 from branch where id <> ? and disabled = 0 and deleted = 0", branch):
        raise Refusal("{name} is the only branch that is open.", code="last_one", name=name)


def close_branch(desk: Desk, branch: str) -> None:
    """Its shops and warehouses close with it."""
    for row in desk.rows("select id from shop where branch = ? and disabled = 0 and deleted = 0", branch):
        desk.change(Shop, row["id"], disabled=True)
    for row in desk.rows("select id from warehouse where branch = ? and disabled = 0 and deleted = 0", branch):
        desk.change(Warehouse, row["id"], disabled=True)


def check_warehouse_can_close(desk: Desk, warehouse: str) -> None:
    """No shop ships from it, and another one sells."""
    name = desk.get(Warehouse, warehouse).name
    shop = desk.row("select name from shop where warehouse = ? and disabled = 0 and deleted = 0", warehouse)
    if shop:
        raise Refusal(
            "{shop} sells from {name}. Give it another warehouse first.", code="in_use", name=name, shop=shop["name"]
        )
    check_selling_left(desk, warehouse)


def check_selling_left(desk: Desk, warehouse: str) -> None:
    """Each branch keeps a warehouse that goods are sold from."""
    standing = desk.get(Warehouse, warehouse)
    other = desk.row(
        "select 1 from warehouse where branch = ? and id <> ? and kind in ('normal', 'store')"
        " and disabled = 0 and deleted = 0",
        standing.branch,
        warehouse,
    )
    if standing.kind in SELLING and not other:
        raise Refusal(
            "{name} is the last warehouse of its branch that sells. Add another first.",
            code="last_one",
            name=standing.name,
        )


def check_shop_can_close(desk: Desk, shop: str) -> None:
    """Each branch keeps a shop."""
    standing = desk.get(Shop, shop)
    asked = "select 1 from shop where branch = ? and id <> ? and disabled = 0 and deleted = 0"
    if not desk.row(asked, standing.branch, shop):
        raise Refusal("{name} is the last shop of its branch. Add another first.", code="last_one", name=standing.name)
