"""Telephone lines: their names, what is dialled before a number, and looking after their devices."""

import re
from typing import Annotated

from appliance.journal import Desk, Hint, Label, Limit, Refusal, Text, action
from appliance.shop.office.hearing import ask
from appliance.shop.office.line_records import PhoneLine, PhoneLineId


@action("Change the line")
def change_line(
    desk: Desk,
    *,
    line: PhoneLineId,
    name: Annotated[Text, Limit(max=20)],
    area_code: Annotated[Text, Label("Area code"), Hint("Like 0571; put before numbers that come without one.")] = "",
    outside: Annotated[
        Text, Label("To get outside"), Hint("What is dialled first, like 9, behind a switchboard.")
    ] = "",
) -> None:
    """The name stands on the card of whoever calls on it."""
    if not name.strip():
        raise Refusal("A name is needed.", field="name")
    if area_code and not re.fullmatch(r"0\d{2,3}", area_code):
        raise Refusal("An area code has three or four digits and begins with 0.", field="area_code")
    if outside and not re.fullmatch(r"[\d*#,]{1,8}", outside):
        raise Refusal("Only digits, *, # and , for a pause.", field="outside")
    desk.change(PhoneLine, line, name=name.strip(), area_code=area_code, outside=outside)


@action("Look after no more", undo="office.use_line")
def retire_line(desk: Desk, *, line: PhoneLineId) -> None:
    """Its calls stay; nothing is expected of it any more."""
    desk.change(PhoneLine, line, disabled=True)


@action("Use the line again", undo="office.retire_line")
def use_line(desk: Desk, *, line: PhoneLineId) -> None:
    """It is looked after again."""
    desk.change(PhoneLine, line, disabled=False)


@action("Ask the device")
def check_line(desk: Desk, *, line: PhoneLineId) -> None:
    """The box asks who it is and whether it listens for numbers; the answer stands on the page of lines."""
    desk.get(PhoneLine, line)
    ask(desk, line, "check")


@action("Begin anew with the device")
def restart_line(desk: Desk, *, line: PhoneLineId) -> None:
    """The box opens it again and sets everything up, as after plugging it in."""
    desk.get(PhoneLine, line)
    ask(desk, line, "restart")
