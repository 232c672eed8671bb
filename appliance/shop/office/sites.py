"""Where to find things: couriers' outlets, and pages on the web that the shop needs."""

import re
from typing import Annotated

from appliance.journal import Desk, Hint, Label, Limit, Phone, Refusal, Text, Words, action
from appliance.shop.office.records import Bookmark, BookmarkId, Outlet, OutletId
from appliance.shop.settings import CourierId

SECRET = re.compile(r"密码|口令|passw|pwd|passcode|\bpin\b", re.IGNORECASE)
"""Words that stand before a secret; a hint that has one is not written down."""

Area = Annotated[Text, Label("Area it serves")]
CutOff = Annotated[Text, Label("Fetches until"), Hint("Like 17:30. What comes later leaves the next day.")]
ComplaintsPhone = Annotated[Phone, Label("Complaints")]
Url = Annotated[Text, Label("Address"), Limit(max=500)]
Account = Annotated[Text, Label("Which account"), Hint("Which account to use. Passwords do not belong here.")]


# ---- couriers' outlets


@action("New outlet")
def add_outlet(
    desk: Desk,
    *,
    courier: CourierId,
    name: Text,
    phone: Phone = "",
    area: Area = "",
    cut_off: CutOff = "",
    complaints_phone: ComplaintsPhone = "",
    remark: Words = "",
) -> str:
    """Whom to ring when a parcel is stuck, and until when parcels are fetched."""
    _check_outlet(desk, courier, name, cut_off)
    return desk.put(
        Outlet(
            courier=courier, name=name, phone=phone, area=area, cut_off=cut_off,
            complaints_phone=complaints_phone, remark=remark,
        )
    )  # fmt: skip


@action("Change the outlet")
def change_outlet(
    desk: Desk,
    *,
    outlet: OutletId,
    courier: CourierId,
    name: Text,
    phone: Phone = "",
    area: Area = "",
    cut_off: CutOff = "",
    complaints_phone: ComplaintsPhone = "",
    remark: Words = "",
) -> None:
    """Numbers and hours change more often than couriers tell."""
    _check_outlet(desk, courier, name, cut_off, outlet)
    desk.change(
        Outlet, outlet, courier=courier, name=name, phone=phone, area=area, cut_off=cut_off,
        complaints_phone=complaints_phone, remark=remark,
    )  # fmt: skip


@action("Disable the outlet", undo="office.enable_outlet")
def disable_outlet(desk: Desk, *, outlet: OutletId) -> None:
    """It is not shown any more."""
    desk.change(Outlet, outlet, disabled=True)


@action("Enable the outlet", undo="office.disable_outlet")
def enable_outlet(desk: Desk, *, outlet: OutletId) -> None:
    """It is shown again."""
    desk.change(Outlet, outlet, disabled=False)


def _check_outlet(desk: Desk, courier: str, name: str, cut_off: str, outlet: str = "") -> None:
    if not name.strip():
        raise Refusal("A name is needed.", field="name")
    if cut_off and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", cut_off):
        raise Refusal("Write the time like 08:30.", field="cut_off")
    taken = "select 1 from outlet where courier = ? and name = ? and id <> ? and deleted = 0"
    if desk.row(taken, courier, name, outlet):
        raise Refusal("There is already something called {name} here.", field="name", code="taken", name=name)


# ---- pages on the web


@action("New bookmark")
def add_bookmark(desk: Desk, *, name: Text, url: Url, account: Account = "", remark: Words = "") -> str:
    """A page that the shop needs: the seller centre, the courier's tracking, the tax office."""
    url = _check_bookmark(desk, name, url, account, remark)
    return desk.put(Bookmark(name=name, url=url, account=account, remark=remark))


@action("Change the bookmark")
def change_bookmark(
    desk: Desk, *, bookmark: BookmarkId, name: Text, url: Url, account: Account = "", remark: Words = ""
) -> None:
    """Pages move."""
    url = _check_bookmark(desk, name, url, account, remark, bookmark)
    desk.change(Bookmark, bookmark, name=name, url=url, account=account, remark=remark)


@action("Disable the bookmark", undo="office.enable_bookmark")
def disable_bookmark(desk: Desk, *, bookmark: BookmarkId) -> None:
    """It is not shown any more."""
    desk.change(Bookmark, bookmark, disabled=True)


@action("Enable the bookmark", undo="office.disable_bookmark")
def enable_bookmark(desk: Desk, *, bookmark: BookmarkId) -> None:
    """It is shown again."""
    desk.change(Bookmark, bookmark, disabled=False)


def _check_bookmark(desk: Desk, name: str, url: str, account: str, remark: str, bookmark: str = "") -> str:
    if not name.strip():
        raise Refusal("A name is needed.", field="name")
    if SECRET.search(account) or SECRET.search(remark):
        field = "account" if SECRET.search(account) else "remark"
        raise Refusal("Passwords are not kept here: everybody could read them.", field=field, code="secret")
    if desk.row("select 1 from bookmark where name = ? and id <> ? and deleted = 0", name, bookmark):
        raise Refusal("There is already something called {name} here.", field="name", code="taken", name=name)
    return _address(url)


def _address(url: str) -> str:
    """Make a whole address of what was typed; only pages of the web are led to, and no secret travels in one."""
    given = url.strip() if "://" in url else f"https://{url.strip()}"
    found = re.fullmatch(r"https?://(?:([^/?#@\s]*)@)?([\w-]+(?:\.[\w-]+)+)(:\d{1,5})?([/?#]\S*)?", given)
    if not found:
        raise Refusal("This is not an address of a page. It begins like www.", field="url")
    if found[1] is not None:
        raise Refusal("Passwords are not kept here: everybody could read them.", field="url", code="secret")
    return given
