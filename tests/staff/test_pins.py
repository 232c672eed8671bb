"""PINs: good ones are hashed, weak ones refused, and no PIN is ever written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.journal import Desk, Refusal
from appliance.shop.staff import actions, check_pin, hash_pin, pin_of_first_owner
from appliance.shop.staff.pins import fits, is_hash, is_obvious
from tests.staff.conftest import House


def test_the_same_pin_and_salt_give_the_same_hash():
    salt = b"sixteen bytes ok"
    hashed = hash_pin("258036", salt=salt)
    assert hashed == hash_pin("258036", salt=salt)
    assert is_hash(hashed)
    assert "258036" not in hashed
    assert fits(hashed, "258036")
    assert not fits(hashed, "258037")
    assert not fits("no hash at all", "258036")
    assert hash_pin("258036") != hash_pin("258036"), "the library makes a salt of its own each time"


@pytest.mark.parametrize("pin", ["0000", "1111", "99999999", "1234", "0123", "7890", "4321", "3210", "1212", "838383"])
def test_what_anybody_would_try_first_is_refused(pin: str):
    assert is_obvious(pin)
    with pytest.raises(Refusal, match="too easy to guess") as refused:
        hash_pin(pin)
    assert refused.value.field == "pin"


@pytest.mark.parametrize("pin", ["1470", "2580", "19860412", "135790", "1123"])
def test_an_ordinary_pin_is_taken(pin: str):
    assert not is_obvious(pin)


@pytest.mark.parametrize(
    ("pin", "sentence"),
    [
        ("147", "4 to 8 digits"),
        ("147036925", "4 to 8 digits"),
        ("", "digits only"),
        ("14a7", "digits only"),
        ("\uff11\uff14\uff17\uff10", "digits only"),
    ],
)
def test_a_pin_has_four_to_eight_digits(pin: str, sentence: str):
    with pytest.raises(Refusal, match=sentence):
        hash_pin(pin)


@given(st.integers(0, 10**8))
def test_a_refused_pin_is_refused_by_a_sentence_never_by_a_crash(number: int):
    assert isinstance(is_obvious(f"{number:04d}"), bool)


def test_a_new_shops_owner_gets_a_pin_that_is_hard_to_guess():
    drawn = iter([0, 111_111, 123_456, 470_258])
    assert pin_of_first_owner(lambda below: next(drawn) % below) == "470258"


def test_a_pin_signs_in_its_owner_and_nobody_else(house: House, owner: Desk):
    actions.set_pin(owner, employee=house.cashier, pin="1470")
    assert check_pin(owner, house.cashier, "1470")
    assert not check_pin(owner, house.cashier, "258036")
    assert not check_pin(owner, house.manager, "1470"), "who has no PIN does not get in"
    actions.set_pin(owner, employee=house.cashier, pin="2580")
    assert not check_pin(owner, house.cashier, "1470")


def test_everybody_changes_their_own_pin(house: House, owner: Desk):
    actions.set_pin(owner, employee=house.cashier, pin="1470")
    chen = house.desk(house.cashier)
    actions.change_my_pin(chen, pin="3691")
    assert check_pin(owner, house.cashier, "3691")
    with pytest.raises(Refusal, match="too easy"):
        actions.change_my_pin(chen, pin="0000")
    with pytest.raises(Refusal, match="not here any more"):
        actions.change_my_pin(house.desk("nobody"), pin="3691")


def test_nobody_sets_the_pin_of_who_may_do_more(house: House, manager: Desk):
    with pytest.raises(Refusal, match="They may do more than you"):
        actions.set_pin(manager, employee=house.owner, pin="1470")
    assert check_pin(manager, house.owner, "258036")
    with pytest.raises(Refusal, match="not here any more"):
        actions.set_pin(manager, employee="nobody", pin="1470")


def test_no_pin_is_ever_in_the_log(house: House, owner: Desk):
    actions.set_pin(owner, employee=house.cashier, pin="74185296")
    for entry in owner.journal.entries():
        assert b"74185296" not in b"".join(part for part in entry.parts if isinstance(part, bytes))

    def careless(desk: Desk) -> None:
        actions.write_pin(desk, house.cashier, "74185296")

    with pytest.raises(RuntimeError, match="never written down"):
        owner.journal.perform(owner, "staff.set_pin", careless).result()


def test_a_new_pin_shows_in_the_persons_history(house: House, owner: Desk):
    actions.set_pin(owner, employee=house.cashier, pin="1470")
    told = owner.journal.history(owner.journal.reading(), house.cashier)
    assert [deed.action for _, deed in told] == ["staff.set_pin", "staff.add_employee"]
