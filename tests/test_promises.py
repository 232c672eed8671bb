"""What a screen offers somebody keeps: every switch is asked, every limit of a role is held to."""

import ast
import re

from appliance.shop.orders.review import CHECKS, GATES
from appliance.shop.settings.switches import SWITCHES
from appliance.shop.staff.roles import LIMITS
from tests.reading import PACKAGE, calls, files

COMING = {"top_up"}
"""Limits of rooms that are still to come: members' deposits."""
ASKING = [path for path in files(".py", under=PACKAGE) if path.name not in {"switches.py", "roles.py"}]


def test_every_switch_is_asked_by_somebody():
    said = "\n".join(path.read_text("utf-8") for path in [*ASKING, *files(".sql", under=PACKAGE)])
    asked = {f"{kind}.{check.code}" for check in CHECKS for kind in ("hard", "review")}
    asked |= {f"finance.{gate.code}" for gate in GATES}
    silent = [
        one.name
        for one in SWITCHES
        if one.name not in asked
        and not re.search(f"[\"']{re.escape(one.name)}[\"']", said)
        and not _numbers(one.name, said)
    ]
    assert silent == []


def _numbers(name: str, said: str) -> bool:
    """Whether papers of this kind are numbered somewhere."""
    section, _, kind = name.partition(".")
    return section == "number" and f'"{kind}"' in said


def test_the_page_of_rules_tells_every_check_that_is_never_forced():
    told = {one.name for one in SWITCHES if one.kind == "always"}
    assert told == {f"hard.{check.code}" for check in CHECKS if check.hard}


def test_every_limit_of_a_role_is_held_to():
    asked = {
        call.args[1].value
        for path in ASKING
        for call in calls(path, "check_limit")
        if isinstance(call.args[1], ast.Constant)
    }
    assert asked == set(LIMITS) - COMING
