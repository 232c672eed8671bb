"""What can be seen of customers: the list, a file, the doubles and the two sides of a merge, and the classes."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from appliance.journal import Row
from appliance.shop.customers import actions
from appliance.shop.customers.merging import DAY_MS, UNDONE_WITHIN_DAYS
from appliance.shop.customers.phones import normal_phone
from appliance.web import Answer, Form, Listing, Rail, RefFilter, Saved, Visit, page
from appliance.web import columns as c
from appliance.web.cells import show
from appliance.web.fields import Field

STANDING = "state <> 'merged'"

TONES = {"active": "done", "blacklisted": "bad", "disabled": "done", "merged": "done"}


customers_listing = Listing(
    "Customers",
    path="/customers",
    view="customer_list",
    see="customers.see",
    where=STANDING,
    columns=[
        c.Chosen("changed"),
        c.Text("name", title="Customer", link="/customers/{id}", sub="no · class_name"),
        c.Phone("phone", title="Phone"),
        c.Text("place", title="Place", wide=True),
        c.Tags("tags", title="Tags", wide=True),
        c.Count("orders", title="Orders", needs="customer_totals", wide=True),
        c.Money("bought", title="Bought", needs="customer_totals"),
        c.Moment("made_at", title="Written down", wide=True),
        c.Status("state", title="Standing", tones=TONES),
        c.Next(lambda row: c.Do("New order", "orders.create", customer=row["id"]) if not row["disabled"] else None),
    ],
    saved=[
        Saved("In use", where="state in ('active', 'blacklisted')"),
        Saved("Blacklist", where="state = 'blacklisted'"),
        Saved("Disabled", where="state = 'disabled'"),
    ],
    default="In use",
    filters=[
        RefFilter("customer_class", "customer_class", title="Customer class"),
        RefFilter("owner", "employee", title="Looked after by"),
        RefFilter("shop", "shop", title="Came from"),
    ],
    sorts=[
        ("made_at", "Newest first", "desc"),
        ("name", "By name", "asc"),
        ("bought", "Bought most first", "desc"),
    ],
    search=True,
    bulk=["customers.tag", "customers.disable", "customers.enable"],
    new="customers.create",
    empty="There are no customers yet. Write down the first, or bring them in with a file.",
)

doubles_listing = Listing(
    "Doubles",
    path="/customers/doubles",
    view="customer_double",
    see="customers.merge",
    columns=[
        c.Text("name", title="Younger file", link="/customers/{id}/beside/{other}", sub="no · phone"),
        c.Text("other_name", title="Older file", sub="other_no · other_phone:phone"),
        c.Next(lambda row: c.Go("Compare", f"/customers/{row['id']}/beside/{row['other']}")),
    ],
    sorts=[("made_at", "Newest first", "desc")],
    empty="No two files share a phone number or an account on a platform.",
    export=False,
)

classes_listing = Listing(
    "Customer classes",
    path="/customers/classes",
    view="customer_class_list",
    see="customers.see",
    columns=[
        c.Text("name", title="Customer class", link="/customers?customer_class={id}"),
        c.Rate("discount", title="Pays this share of the price"),
        c.Status("state", title="Standing", tones=TONES),
        c.Next(lambda row: c.Do("Edit", "customers.change_class", customer_class=row["id"])),
    ],
    sorts=[("made_at", "Newest first", "desc")],
    new="customers.create_class",
    empty="Classes sort customers and say what share of the price they pay: gold card, wholesale, neighbours.",
)


@page("/customers/{id}", see="customers.see")
def customer(visit: Visit, id: str) -> Answer:
    """A customer's file; the number of a merged one leads to the file that stands for it."""
    file = visit.row(f"{_FILE} where l.id = ?", id) or visit.missing("Customer")
    if file.root != id:
        return visit.go(f"/customers/{file.root}")
    parts = visit.rows("select * from customer_part where customer = ? order by main desc, id", id)
    return visit.show(
        "customers/customer.html",
        title=file.name,
        customer=file,
        phones=_once(_of(parts, "phone")),
        addresses=[(one, _said(visit, one)) for one in _of(parts, "address")],
        accounts=_of(parts, "account"),
        merged=_of(parts, "alias"),
        about=[one for one in _told(visit, file, "customers.change") if one.said and one.name not in {"name", "tags"}],
        credit=[one for one in _told(visit, file, "customers.set_credit") if one.said],
        tags=json.loads(file.tags or "[]"),
        double=visit.row("select id, other from customer_double where id = ? or other = ? limit 1", id, id),
        undone_since=visit.at - UNDONE_WITHIN_DAYS * DAY_MS,
        history=visit.history(id),
    )


@page("/customers/{id}/beside/{other}", see="customers.merge")
def beside(visit: Visit, id: str, other: str) -> Answer:
    """Two files side by side, to be merged or told apart."""
    files = visit.rows(f"{_FILE} where l.id in (?, ?) order by l.id", id, other)
    if len(files) != 2:
        visit.missing("Customer")
    older, younger = files
    if older.root == younger.root:
        return visit.go(f"/customers/{older.root}")
    parts = visit.rows("select * from customer_part where customer in (?, ?) order by main desc, id", id, other)
    told = [[*_told(visit, one, "customers.change"), *_told(visit, one, "customers.set_credit")] for one in files]
    return visit.show(
        "customers/beside.html",
        title=visit.words("Two files, one person?"),
        older=older,
        younger=younger,
        lines=[
            *(_line(visit, parts, files, kind, title) for kind, title in _PARTS.items()),
            *((one.term, [one.said], [two.said]) for one, two in zip(*told, strict=True) if one.said or two.said),
        ],
    )


_FILE = """
select l.*, k.sex, k.email, k.remark, k.consent_sms, k.consent_email, k.consent_recording, k.blacklist_reason,
    k.disabled as closed, (select x.name from shop x where x.id = k.shop) as shop_name,
    (select x.name from employee x where x.id = k.owner) as owner_name,
    (select x.name from price_list x where x.id = k.price_list) as price_list_name
from customer_list l join customer k on k.id = l.id
"""
_PARTS = {"phone": "Phone numbers", "address": "Addresses", "account": "On platforms"}
_NAMES = {"customer_class": "class_name", "shop": "shop_name", "owner": "owner_name", "price_list": "price_list_name"}


class Told(NamedTuple):
    """A field of a file as a page tells it."""

    name: str
    term: str
    said: str


def _told(visit: Visit, file: Row, action: str) -> list[Told]:
    """Tell what a form can change: a new field is shown as soon as its form asks for it."""
    fields = visit.front.fields(action)[1:]
    return [Told(one.name, visit.words.name(one.label), _value(visit, file, one)) for one in fields]


def _value(visit: Visit, file: Row, field: Field) -> str:
    if field.kind == "ref":
        return str(file[_NAMES[field.name]] or "")
    value = file[field.name]
    if field.kind == "list":
        return "、".join(json.loads(value or "[]"))
    kind = "text" if field.kind == "words" else field.kind
    return Markup(show(kind, value, visit.seen)) if value and value != "unknown" else ""


def _once(phones: Sequence[Row]) -> list[Row]:
    """Two merged files often hold the same number; the page tells it once."""
    known: dict[str, Row] = {}
    for one in phones:
        known.setdefault(normal_phone(one.said) or one.said, one)
    return list(known.values())


def _of(parts: Sequence[Row], kind: str) -> list[Row]:
    return [one for one in parts if one.part == kind]


def _said(visit: Visit, part: Row) -> str:
    """Whoever may not see whole phone numbers does not see house numbers either."""
    if part.part == "phone":
        return visit.mask(part.said)
    return part.said if part.part != "address" or visit.sees("phone") else f"{part.area} ****"


def _line(visit: Visit, parts: Sequence[Row], files: Sequence[Row], kind: str, title: str) -> tuple[str, Any, Any]:
    mine = [[one for one in _of(parts, kind) if one.customer == file.id] for file in files]
    told = [[_said(visit, one) for one in (_once(some) if kind == "phone" else some)] for some in mine]
    return visit.words(title), told[0], told[1]


PAGES = [customers_listing, doubles_listing, classes_listing, customer, beside]
RAIL = Rail(
    "Customers",
    place=20,
    icon="i-users",
    href="/customers",
    badge="select count(*) from (select 1 from customer_double limit 100)",
)
LABELS = {
    "customer": ("customer_list", "label"),
    "customer_class": ("customer_class", "name"),
    "customer_phone": ("customer_phone", "id", "0"),
    "customer_address": ("customer_address", "id", "0"),
    "customer_account": ("customer_account", "id", "0"),
    "alias": ("alias", "id", "0"),
}
FORMS = {
    actions.create: Form(template="customers/create.html", next="/customers/{id}"),
    actions.tell_apart: Form(next="/customers/doubles"),
}
