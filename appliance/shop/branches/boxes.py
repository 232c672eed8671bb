"""Boxes of the chain: let in, named, put out when they are lost, retired when they are done.

Whether a box belongs is proven by certificates and words that the owner's key signed. What is written here is for the
people, and for the boxes that were away; a line without a good signature makes nobody a member.
"""

import base64
import binascii
from typing import Annotated

import msgspec

from appliance.journal import Desk, Hint, Label, Limit, Refusal, Text, action, derive
from appliance.journal.certificate import Certificate, read_certificate
from appliance.journal.controls import Retire, Revoke, Unfit
from appliance.journal.entry import Unreadable
from appliance.shop import settings
from appliance.shop.branches.records import Member, MemberId

Signed = Annotated[Text, Label("Signed by the owner's key")]
Why = Annotated[Text, Limit(max=100), Label("Reason")]


@action("Let a box in")
def let_in(desk: Desk, *, certificate: Signed, name: Text = "") -> str:
    """Write down that a box belongs to the chain, as the owner's key says."""
    try:
        found = read_certificate(certificate, desk.journal.box.root)
    except Unreadable as error:
        raise Refusal("The owner of this chain did not sign that.", field="certificate") from error
    member = member_id(found.box.hex())
    check_code_free(desk, found.code, but=member)
    known = desk.find(Member, member)
    if known is not None and known.number >= found.number and known.certificate:
        return member
    return desk.put(_written(found, name or (known.name if known else ""), known.address if known else ""))


@action("Name the box")
def describe_box(
    desk: Desk,
    *,
    member: MemberId,
    name: Annotated[Text, Limit(max=40)] = "",
    address: Annotated[
        Text,
        Limit(max=200),
        Label("Address on the internet"),
        Hint(
            "Only if it can be reached from outside, like https://shop.example. On one network boxes find each other."
        ),
    ] = "",
) -> None:
    """What people call it, and where other branches find it."""
    told = address.strip()
    if told and not told.startswith(("http://", "https://")):
        raise Refusal("An address looks like http://192.168.1.20:8000 or https://shop.example.", field="address")
    desk.change(Member, member, name=name.strip(), address=told)


@action("Put the box out", confirm="Nothing counts that it writes from now on, on any box. This cannot be taken back.")
def put_out(desk: Desk, *, member: MemberId, reason: Why, signed: Signed) -> None:
    """For a box that was stolen, sold or lost. What is known of its work up to now stays."""
    found = _present(desk, member)
    _check_elsewhere(desk, found)
    if not reason.strip():
        raise Refusal("Say why; somebody will ask.", field="reason")
    told = _read_revoke(signed)
    if told.box.hex() != found.box:
        raise Refusal("That was signed for another box.", field="signed")
    try:
        desk.control(told)
    except Unfit as error:
        raise Refusal("The owner of this chain did not sign that.", field="signed") from error
    desk.change(Member, member, gone="put_out", gone_on=desk.day, gone_reason=reason.strip())


@action("Retire the box", confirm="The box writes no more. Do this when its work has reached another box.")
def retire_box(desk: Desk, *, member: MemberId, reason: Why = "") -> None:
    """For a box that is no longer used: it is asked for nothing more, and all it wrote stays."""
    found = _present(desk, member)
    _check_elsewhere(desk, found)
    box = bytes.fromhex(found.box)
    ends: dict[bytes, list[tuple[str, int, bytes]]] = {}
    for (author, partition), (seq, head) in desk.journal.heads().items():
        if author.startswith(box):
            ends.setdefault(author, []).append((partition, seq, head))
    for author, heads in ends.items():
        desk.control(Retire(author, sorted(heads)))
    desk.change(Member, member, gone="retired", gone_on=desk.day, gone_reason=reason.strip())


@action("Open a branch")
def open_branch(desk: Desk, *, name: Text, code: settings.ShortCode = "") -> str:
    """A new place of the chain with a warehouse and a counter of its own; a box for it is let in after that."""
    branch = settings.add_branch(desk, name=name, code=code)
    warehouse = settings.add_warehouse(desk, name=name, branch=branch)
    settings.add_shop(desk, name=name, platform="counter", branch=branch, warehouse=warehouse)
    return branch


# ---- what they have in common


def member_id(box: str) -> str:
    """The id of a box's line, from its name among boxes in hex."""
    return derive("member", box)


def check_code_free(desk: Desk, code: str, *, but: str = "") -> None:
    """Two boxes of one code would give one number to two papers."""
    if desk.row("select 1 from member where code = ? and id <> ? and deleted = 0 and made_at > 0", code, but):
        raise Refusal("The code {given} is taken.", field="code", code="taken", given=code)


def _present(desk: Desk, member: str) -> Member:
    found = desk.get(Member, member)
    if found.gone:
        raise Refusal("This box is not in the chain any more.", code="gone")
    return found


def _check_elsewhere(desk: Desk, found: Member) -> None:
    if desk.journal.author[:16].hex() == found.box:
        raise Refusal("This is the box you stand at. Do it at another box.", code="own_box")


def _written(found: Certificate, name: str, address: str) -> Member:
    return Member(
        id=member_id(found.box.hex()), box=found.box.hex(), code=found.code, branch=found.branch,
        role="hub" if found.role == "hub" else "box", number=found.number, certificate=found.text, name=name,
        address=address,
    )  # fmt: skip


def written_revoke(told: Revoke) -> str:
    """A word of the owner's key, as a form carries it."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(told)).decode()


def _read_revoke(signed: str) -> Revoke:
    try:
        return msgspec.msgpack.decode(base64.urlsafe_b64decode(signed), type=Revoke)
    except (msgspec.DecodeError, UnicodeDecodeError, binascii.Error, ValueError) as error:
        raise Refusal("The owner of this chain did not sign that.", field="signed") from error
