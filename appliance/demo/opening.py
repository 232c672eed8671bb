"""The first day at 小满茶铺: its places, people, goods, customers and opening stock, through the rooms' own actions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TypeVar

from appliance.demo import pictures
from appliance.demo.goods import GoodsIdea, SkuIdea
from appliance.demo.hand import Hand
from appliance.demo.people import STAFF, Person
from appliance.demo.story import BLACKLISTED, SHORT_SKU, pieces
from appliance.journal import Desk
from appliance.shop import staff
from appliance.shop.accounts.actions import open_account
from appliance.shop.catalog import Goods, Sku
from appliance.shop.catalog.actions import NewSku, add_category, add_goods, set_prices
from appliance.shop.customers import Customer
from appliance.shop.customers.actions import blacklist, create, create_class, set_credit
from appliance.shop.inventory.actions import OpeningLine, opening_stock, set_low_stock
from appliance.shop.settings import WaybillSource
from appliance.shop.settings.calendar import add_holiday, add_tax_rate
from appliance.shop.settings.freight import Band, add_freight_rule
from appliance.shop.settings.places import add_shop, add_warehouse, change_shop
from appliance.shop.settings.sending import add_courier, add_packaging
from appliance.shop.staff.actions import add_employee, add_role, first_shop, set_pin

T = TypeVar("T")
NAME = "小满茶铺"
OPENING_PIECES = 40
MEMBERS_PAY = 9_500
COURIERS: tuple[tuple[str, str, bool, WaybillSource, str], ...] = (
    ("顺丰速运", "SF", True, "e_waybill", "5716688990"), ("中通快递", "ZTO", False, "e_waybill", "HZ-20031"),
    ("圆通速递", "YTO", False, "pool", ""), ("邮政EMS", "EMS", True, "paper", ""),
)  # fmt: skip
BOXES = (
    ("小号纸箱", (20, 15, 10), 120, 8_000), ("中号纸箱", (30, 22, 16), 220, 15_000),
    ("礼盒手提袋", (28, 10, 32), 90, 22_000),
)  # fmt: skip
DAYS_OFF = (("元旦", "01-01", "01-01"), ("劳动节", "05-01", "05-05"), ("国庆节", "10-01", "10-07"))


@dataclass
class Places:
    """What the year needs to know of the first day: ids by what people call things."""

    branch: str
    main: str = ""
    store: str = ""
    counter: str = ""
    taobao: str = ""
    phone: str = ""
    cash: str = ""
    alipay: str = ""
    couriers: list[str] = field(default_factory=list)
    staff: dict[str, str] = field(default_factory=dict)
    skus: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)


def open_shop(hand: Hand, goods: Sequence[GoodsIdea], people: Sequence[Person]) -> Places:
    """Do everything that is done before the first customer comes in."""
    owner = STAFF[0]
    # The first shop has no owner yet who could do it, so the box itself does.
    first = first_shop(hand.desk(""), shop=NAME, owner=owner.name, pin=owner.pin)
    places = Places(hand.branch, staff={owner.role: first})
    _places(hand.desk(first), places)
    _staff(hand.desk(first), places)
    _goods(hand, places, goods)
    _customers(hand, places, people)
    hand.wait()
    _stock(hand, places, [sku for one in goods for sku in one.skus])
    return places


def _places(desk: Desk, places: Places) -> None:
    found = desk.row("select id, warehouse from shop limit 1")
    if found is None:
        raise LookupError("The first shop left no counter.")
    places.counter, places.main = found["id"], found["warehouse"]
    places.store = add_warehouse(desk, name="门店仓", branch=places.branch, code="W2", kind="store")
    places.cash = open_account(desk, name="门店现金", kind="cash", opening=200_000, offered_first=True)
    places.alipay = open_account(desk, name="小满支付宝", kind="alipay", no="xiaoman@example.com", offered_first=True)
    open_account(desk, name="农行基本户", kind="bank", no="6228000000000000000", opening=8_000_000)
    places.couriers = [
        add_courier(desk, name=name, code=code, cod=cod, waybill_source=source, account_no=no, volume_ratio=8_000)
        for name, code, cod, source, no in COURIERS
    ]
    for name, (length, width, height), weight, cost in BOXES:
        add_packaging(
            desk, name=name, length_cm=length, width_cm=width, height_cm=height, weight=weight, cost=cost
        )  # fmt: skip
    for courier, first, beyond in zip(places.couriers, (1_200, 500, 480, 900), (300, 150, 120, 250), strict=True):
        bands = [Band(unit=1_000, price=beyond)]
        add_freight_rule(desk, courier=courier, first_price=first + 400, bands=bands)
        for province in ("浙江省", "上海市", "江苏省"):
            add_freight_rule(desk, courier=courier, province=province, first_price=first, bands=bands)
    add_tax_rate(desk, name="一般纳税人 13%", rate=1_300)
    add_tax_rate(desk, name="小规模 1%", rate=100)
    for name, day, until in DAYS_OFF:
        add_holiday(desk, name=name, day=f"{desk.day[:4]}-{day}", until=f"{desk.day[:4]}-{until}")
    phone, address = "13800000000", "浙江省杭州市西湖区龙井路88号"
    change_shop(
        desk, shop=places.counter, name=NAME, warehouse=places.store, code="S1", account=places.cash,
        contact="沈小满", phone=phone, address=address,
    )  # fmt: skip
    places.taobao = add_shop(
        desk, name="小满茶铺淘宝店", platform="taobao", branch=places.branch, warehouse=places.main, code="TB",
        courier=places.couriers[1], account=places.alipay, contact="沈小满", phone=phone, address=address, shop_group="线上", return_contact="小满售后",
        return_phone=phone, return_address=f"{address}后院仓库",
    )  # fmt: skip
    places.phone = add_shop(
        desk, name="电话订购", platform="phone", branch=places.branch, warehouse=places.main, code="DH",
        courier=places.couriers[0], account=places.alipay, contact="沈小满", phone=phone, address=address,
    )  # fmt: skip


def _staff(desk: Desk, places: Places) -> None:
    cashier = next(role for role in staff.FIRST_ROLES if role.code == "cashier")
    # Sells at the counter and sees nothing of the shops on the platforms.
    clerk = add_role(
        desk, name="门店店员", grants=list(cashier.grants), fields=["phone"], discount=500, refund=10_000, own_shop=True
    )
    for colleague in STAFF[1:]:
        at_counter = colleague.role == "clerk"
        role = clerk if at_counter else staff.role_id(colleague.role)
        shop = places.counter if at_counter else ""
        made = add_employee(desk, name=colleague.name, role=role, no=f"0{colleague.no}", shop=shop)
        set_pin(desk, employee=made, pin=colleague.pin)
        places.staff[colleague.role] = made


def _goods(hand: Hand, places: Places, goods: Sequence[GoodsIdea]) -> None:
    owner = places.staff["owner"]
    categories: dict[str, str] = {}
    for name in dict.fromkeys(one.category for one in goods):
        categories[name] = add_category(hand.desk(owner), name=name)
    for one in goods:
        hand.do(owner, "catalog.add_goods", partial(_add, one=one, categories=categories, places=places))


def _add(desk: Desk, one: GoodsIdea, categories: Mapping[str, str], places: Places) -> str:
    rows = [
        NewSku(spec=sku.spec, code=sku.code, barcode=sku.barcode, retail=sku.retail, weight=sku.gram)
        for sku in one.skus
    ]
    goods = add_goods(
        desk, name=one.name, skus=rows, no=one.no, brand="小满", category=categories[one.category], unit=one.unit
    )
    for sku in one.skus:
        record = desk.value("select id from sku where goods = ? and code = ?", goods, sku.code)
        set_prices(
            desk, sku=record, retail=sku.retail, wholesale=sku.wholesale, member=sku.member, market=sku.market,
            minimum=sku.cost,
        )  # fmt: skip
        # Drawn at the size that pages show, so there is nothing left to make small.
        shown = desk.keep(pictures.picture(sku.motif, sku.hue))
        desk.change(Sku, record, picture=shown, thumb=shown, fraction=sku.fraction)
        if sku is one.skus[0]:
            desk.change(Goods, goods, picture=shown, thumb=shown)
        places.skus.append(record)
    return goods


def _customers(hand: Hand, places: Places, people: Sequence[Person]) -> None:
    desk = hand.desk(places.staff["owner"])
    members = create_class(desk, name="会员", discount=MEMBERS_PAY)
    wholesale = create_class(desk, name="批发")
    for some in portions(people, 25):
        hand.do(
            places.staff["owner"], "customers.create",
            partial(_register, some=some, places=places, classes=(members, wholesale)),
        )  # fmt: skip


def _register(desk: Desk, some: Sequence[Person], places: Places, classes: tuple[str, str]) -> None:
    members, wholesale = classes
    for person in some:
        of_class = members if person.number % 5 == 0 else wholesale if person.number % 97 == 3 else ""
        at = person.address
        made = create(
            desk, name=person.name, phone=person.phone, customer_class=of_class, province=at.province, city=at.city,
            district=at.district, street=at.street, platform="taobao", shop=places.taobao, nick=person.nick,
        )  # fmt: skip
        desk.change(Customer, made, sex=person.sex, birthday=person.birthday)
        if of_class == wholesale:
            set_credit(desk, customer=made, credit=1_000_000, credit_days=30)
        if person.number == BLACKLISTED:
            blacklist(desk, customer=made, blacklist_reason="九次无理由退货")
        places.customers.append(made)


def _stock(hand: Hand, places: Places, skus: Sequence[SkuIdea]) -> None:
    owner = places.staff["owner"]
    lines = [
        OpeningLine(sku=record, qty=pieces(OPENING_PIECES), cost=sku.cost)
        for record, sku in zip(places.skus, skus, strict=True)
    ]
    for warehouse in (places.main, places.store):
        for some in portions(lines, 100):
            hand.do(
                owner, "inventory.opening_stock",
                partial(opening_stock, warehouse=warehouse, lines=list(some)),
            )  # fmt: skip
    for place in range(SHORT_SKU - 4, SHORT_SKU + 4):
        hand.do(
            owner, "inventory.set_low_stock",
            partial(set_low_stock, warehouse=places.main, sku=places.skus[place], low=pieces(OPENING_PIECES)),
        )  # fmt: skip


def portions(things: Sequence[T], size: int) -> Iterator[list[T]]:
    """Some at a time: an entry is never large."""
    left = iter(things)
    while some := list(islice(left, size)):
        yield some
