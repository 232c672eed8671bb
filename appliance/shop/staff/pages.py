"""What can be seen of the people: who works here, what they may do, and the tablets."""

from html import escape
from typing import Any, Final, get_args

import msgspec

from appliance.journal import Rights, plain
from appliance.shop.staff.actions import add_employee, add_role, change_role, confine, enrol_device
from appliance.shop.staff.confining import KINDS, MINE, TEAM, ranges_in
from appliance.shop.staff.matrix import RoomRights, matrix, not_ticked
from appliance.shop.staff.records import FieldRight
from appliance.shop.staff.rights import rights_of
from appliance.shop.staff.roles import LIMITS, OWNER
from appliance.web import Answer, ChoiceFilter, Do, Form, Listing, Rail, RefFilter, Saved, Visit, page
from appliance.web import columns as c

STANDING: Final = {"works_here": "done", "has_left": "done", "disabled": "done", "let_in": "done", "shut_out": "bad"}


@page("/staff", see="staff.see")
def home(visit: Visit) -> Answer:
    """Who works here, what they may do, and what they work on."""
    counts = visit.remembered(
        "select (select count(*) from (select 1 from employee_list where standing = 'works_here' limit 100)) as people,"
        " (select count(*) from role where disabled = 0 and deleted = 0) as roles,"
        " (select count(*) from device where disabled = 0 and deleted = 0) as devices"
    )[0]
    return visit.show("staff/home.html", title=visit.words("Staff"), counts=counts)


# ---- people


class Jobs(c.Text):
    """What somebody does, in words."""

    def text(self, row: Any, seen: Any) -> str:
        """Write the jobs."""
        return escape(" · ".join(seen.words.name(job) for job in msgspec.json.decode(row[self.name])))


people = Listing(
    "People",
    path="/staff/people",
    view="employee_list",
    see="staff.see",
    columns=[
        c.Text("name", link="/staff/people/{id}", sub="no"),
        c.Text("role_name", "Role", css=""),
        c.Phone("phone"),
        Jobs("jobs", wide=True, css=""),
        c.Day("joined", wide=True),
        c.Status("standing", tones=STANDING),
        c.Next(lambda row: Do("Set the PIN", "staff.set_pin", employee=row["id"]) if not row["left_on"] else None),
    ],
    saved=[
        Saved("Working here", "standing = 'works_here'"),
        Saved("Left", "standing = 'has_left'"),
        Saved("All"),
    ],
    default="Working here",
    filters=[RefFilter("role", "role")],
    sorts=[("no", "By number", "asc"), ("name", "By name", "asc")],
    search=True,
    new="staff.add_employee",
)


@page("/staff/people/{id}", see="staff.see")
def employee(visit: Visit, id: str) -> Answer:
    """Somebody: what they do, what they may do, and what was done about them."""
    row = visit.row(
        "select l.*, e.warehouse, e.shop, e.department, e.ranges, coalesce(r.ranges, '{}') as role_ranges, coalesce((select name from warehouse w where w.id = e.warehouse), '') as"
        " warehouse_name, coalesce((select name from shop s where s.id = e.shop), '') as shop_name,"
        " exists (select 1 from pin where pin.employee = e.id and pin.deleted = 0) as has_pin"
        " from employee_list l join employee e on e.id = l.id left join role r on r.id = e.role where l.id = ?",
        id,
    )
    if row is None:
        visit.missing("employee")
    rights = rights_of(visit, id)
    words = visit.words
    return visit.show(
        "staff/employee.html",
        title=row["name"],
        person=row,
        tone=STANDING[row["standing"]],
        facts=[
            (words.name("employee_no"), row["no"]),
            (words("Role"), row["role_name"]),
            (words("Phone"), visit.mask(row["phone"])),
            (words.name("jobs"), " · ".join(words.name(job) for job in msgspec.json.decode(row["jobs"]))),
            (words.name("joined"), words.day(row["joined"], visit.day)),
            (words.name("left_on"), words.day(row["left_on"], visit.day)),
            (words("Department"), row["department"]),
            (words("Shop"), row["shop_name"]),
            (words("Warehouse"), row["warehouse_name"]),
        ],
        lines=matrix(_rooms(visit), rights),
        sees=_seen(visit, rights),
        limits=_limits(visit, rights),
        places=_places(visit, _told(row["role_ranges"])),
        own_places=_places(visit, own) if (own := _told(row["ranges"])) else [],
        history=visit.history(id),
    )


# ---- roles

roles = Listing(
    "Roles",
    path="/staff/roles",
    view="role_list",
    see="staff.see",
    columns=[
        c.Text("name", link="/staff/roles/{id}"),
        c.Count("people", "People"),
        c.Next(
            lambda row: (
                Do("Change", "staff.change_role", role=row["id"])
                if row["id"] != OWNER and not row["disabled"]
                else None
            )
        ),
    ],
    saved=[Saved("In use", "disabled = 0"), Saved("Disabled", "disabled = 1")],
    default="In use",
    sorts=[("name", "By name", "asc")],
    new="staff.add_role",
)


@page("/staff/roles/{id}", see="staff.see")
def role(visit: Visit, id: str) -> Answer:
    """A role: what it may do, and who has it."""
    row = visit.row("select * from role where id = ? and deleted = 0", id)
    if row is None:
        visit.missing("role")
    rights = _rights_in(row)
    return visit.show(
        "staff/role.html",
        title=row["name"],
        role=row,
        is_owner=id == OWNER,
        lines=matrix(_rooms(visit), rights),
        sees=_seen(visit, rights),
        limits=_limits(visit, rights),
        places=_places(visit, _told(row["ranges"])),
        people=visit.rows("select id, name, standing from employee_list where role = ? order by no limit 100", id),
        history=visit.history(id),
    )


def _rights_in(row: Any) -> Rights:
    return Rights(
        tuple(msgspec.json.decode(row["grants"])),
        frozenset(msgspec.json.decode(row["fields"])),
        msgspec.json.decode(row["limits"]),
    )


def _rooms(visit: Visit) -> list[RoomRights]:
    """Every right there is, as the rooms declare their pages and actions."""
    words = visit.words
    found = []
    for room in visit.front.rooms:
        looks = dict.fromkeys(sorted({one.see for one in room.pages if one.see.startswith(f"{room.name}.")}), "")
        for see in looks:
            looks[see] = words("See its pages") if see == f"{room.name}.see" else words.name(see.partition(".")[2])
        looks[f"{room.name}.export"] = words("Carry lists away")
        deeds = {act.name: words(act.title) for act in room.actions.values()}
        title = words(room.rail.title) if room.rail else words.name(room.name)
        found.append(RoomRights(room.name, title, looks, {name: deeds[name] for name in deeds if name not in looks}))
    return found


def _seen(visit: Visit, rights: Rights) -> list[tuple[str, bool]]:
    return [(visit.words.name(name), rights.sees(name)) for name in get_args(FieldRight)]


def _limits(visit: Visit, rights: Rights) -> list[tuple[str, str]]:
    words = visit.words
    told = []
    for name, kind in LIMITS.items():
        most = rights.limit(name)
        said = words("No limit") if most is None else words.rate(most) if kind == "rate" else words.money(most)
        told.append((words(_LIMIT_TITLES[name]), said))
    return told


def _told(text: str) -> dict[str, list[str]]:
    return msgspec.json.decode(text, type=dict[str, list[str]]) if text else {}


def _places(visit: Visit, told: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Where somebody works, in words: for each kind of place its names."""
    words = visit.words
    found = []
    for kind in KINDS:
        ids = told.get(kind, ())
        names = [words("The one they work in") if one == MINE else visit.pick(kind, one) or "-" for one in ids]
        found.append((words.name(kind), "、".join(names) or words("All")))
    papers = {MINE: "Their own only", TEAM: "Those of their department"}.get(
        "".join(told.get("own", ())), "Everybody's"
    )
    return [*found, (words("Documents"), words(papers))]


_LIMIT_TITLES: Final = {
    "discount": "Greatest discount",
    "margin": "Least margin",
    "refund": "Greatest refund",
    "adjustment": "Greatest stock adjustment",
    "top_up": "Greatest top-up",
}


def _role_first(visit: Visit, args: dict[str, str]) -> dict[str, Any]:
    """What stands in the editor: a limit of nothing is said as 0, for empty means no limit."""
    row = visit.row("select * from role where id = ?", args.get("role", ""))
    if row is None:
        return {}
    rights = _rights_in(row)
    limits = {name: plain(rights.limits[name], 2) for name in LIMITS if name in rights.limits}
    return {"grants": list(rights.grants), "fields": sorted(rights.fields), **limits, **ranges_in(_told(row["ranges"]))}


def _confined_first(visit: Visit, args: dict[str, str]) -> dict[str, Any]:
    row = visit.row("select ranges from employee where id = ?", args.get("employee", ""))
    return ranges_in(_told(row["ranges"])) if row else {}


def _role_more(visit: Visit) -> dict[str, Any]:
    rooms = _rooms(visit)
    return {"rooms": rooms, "not_ticked": lambda grants: not_ticked(rooms, grants)}


# ---- devices

tablets = Listing(
    "Devices",
    path="/staff/devices",
    view="device_list",
    see="staff.see",
    columns=[
        c.Text("name", link="/staff/devices/{id}"),
        c.Name("kind", "device_kind", css=""),
        c.Moment("enrolled_at", "Let in"),
        c.Status("standing", tones=STANDING),
        c.Next(
            lambda row: (
                Do("Let the device in again", "staff.enable_device", device=row["id"])
                if row["disabled"]
                else Do("Shut the device out", "staff.disable_device", device=row["id"])
            )
        ),
    ],
    saved=[Saved("Let in", "disabled = 0"), Saved("Shut out", "disabled = 1")],
    default="Let in",
    filters=[ChoiceFilter("kind", ("tablet", "handset", "computer", "kiosk"))],
    sorts=[("name", "By name", "asc")],
    new="staff.enrol_device",
)


@page("/staff/devices/{id}", see="staff.see")
def device(visit: Visit, id: str) -> Answer:
    """A tablet, and what was done about it."""
    row = visit.row("select * from device_list where id = ?", id)
    if row is None:
        visit.missing("device")
    return visit.show(
        "staff/device.html",
        title=row["name"],
        device=row,
        tone=STANDING[row["standing"]],
        here=id == visit.device.id,
        history=visit.history(id),
    )


PAGES = [home, people, employee, roles, role, tablets, device]
RAIL = Rail("Staff", place=90, icon="i-users", href="/staff")
LABELS = {
    "employee": ("employee_list", "name", "standing = 'works_here'"),
    "role": ("role", "name"),
    "device": ("device_list", "name"),
}
FORMS: dict[Any, Form] = {
    enrol_device: Form(template="staff/enrol.html"),
    add_employee: Form(next="/staff/people/{id}"),
    add_role: Form(template="staff/role_form.html", more=_role_more, next="/staff/roles/{id}"),
    confine: Form(prefill=_confined_first),
    change_role: Form(template="staff/role_form.html", prefill=_role_first, more=_role_more),
}
