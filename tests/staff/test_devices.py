"""Tablets are let in by a key that only they hold, renamed, and shut out."""

from hashlib import sha256

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop.staff import Device, actions, signin
from tests.cast import BRANCH_A
from tests.staff.conftest import House

KEY = sha256(b"a key that stays on the tablet").hexdigest()


def test_a_tablet_that_was_let_in_is_known_by_its_keys_hash(owner: Desk):
    tablet = actions.enrol_device(owner, name=" 前台 ", key_hash=KEY)
    assert actions.enrol_device(owner, name="前台", key_hash=KEY) == tablet, "telling it twice tells nothing new"
    row = signin.device(owner.journal, KEY)
    assert row is not None
    assert (row["id"], row["name"]) == (tablet, "前台")
    assert signin.device(owner.journal, "0" * 64) is None


def test_a_lost_tablet_is_shut_out_and_let_in_again(owner: Desk):
    tablet = actions.enrol_device(owner, name="前台", key_hash=KEY, kind="tablet")
    actions.disable_device(owner, device=tablet)
    assert signin.device(owner.journal, KEY) is None
    assert owner.value("select standing from device_list where id = ?", tablet) == "shut_out"
    actions.enable_device(owner, device=tablet)
    assert signin.device(owner.journal, KEY) is not None


def test_nobody_shuts_out_the_device_in_their_hand(house: House, owner: Desk):
    tablet = actions.enrol_device(owner, name="前台", key_hash=KEY)
    at_it = house.shop.journal.desk(who=house.owner, device=tablet, branch=BRANCH_A)
    with pytest.raises(Refusal, match="device in your hand"):
        actions.disable_device(at_it, device=tablet)


def test_a_device_has_a_name_and_a_real_hash(owner: Desk):
    with pytest.raises(Refusal, match="A name is needed"):
        actions.enrol_device(owner, name="  ", key_hash=KEY)
    for wrong in ("", "abc", KEY.upper(), KEY + "0"):
        with pytest.raises(Refusal, match="not the hash"):
            actions.enrol_device(owner, name="前台", key_hash=wrong)
    tablet = actions.enrol_device(owner, name="前台", key_hash=KEY)
    with pytest.raises(Refusal, match="A name is needed"):
        actions.change_device(owner, device=tablet, name="")
    actions.change_device(owner, device=tablet, name="后仓", kind="handset")
    assert (owner.get(Device, tablet).name, owner.get(Device, tablet).kind) == ("后仓", "handset")


def test_only_who_works_here_and_has_a_pin_is_offered_at_the_door(house: House, owner: Desk):
    def offered() -> list[str]:
        return [row["name"] for row in signin.people(owner.journal)]

    assert offered() == ["李娜"]
    actions.set_pin(owner, employee=house.cashier, pin="1470")
    assert offered() == ["李娜", "小陈"]
    actions.leave(owner, employee=house.cashier)
    assert offered() == ["李娜"]
    assert signin.person(owner.journal, house.cashier) is None
    row = signin.person(owner.journal, house.manager)
    assert row is not None
    assert row["role"] == "店长"
