"""Doubles: who is whom, merging two files, and taking it back."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.journal import Desk, Refusal
from appliance.shop import customers
from appliance.shop.customers import actions
from tests.cast import Shop, agree, clean, meet

DAY_MS = 24 * 3600 * 1000


def refused(sentence: str, deed: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as said:
        deed()
    assert said.value.sentence == sentence


def doubles(desk: Desk) -> list[tuple[str, str]]:
    return [(row.id, row.other) for row in desk.rows("select id, other from customer_double order by id")]


@pytest.fixture
def twice(alice: Desk, li_na: str) -> tuple[str, str]:
    return li_na, customers.create(alice, name="娜娜", phone="+86 13800002266", different=True)


def test_one_phone_in_two_files_is_suggested_once(alice: Desk, twice: tuple[str, str]) -> None:
    older, younger = twice
    assert doubles(alice) == [(younger, older)]


def test_one_account_in_two_files_is_suggested(alice: Desk) -> None:
    first = customers.create(alice, name="甲", platform="taobao", nick="tea_lover")
    second = customers.create(alice, name="乙", platform="taobao", nick="tea_lover")
    masked = customers.create(alice, name="丙", platform="taobao", nick="t***r")
    again = customers.create(alice, name="丁", platform="taobao", nick="t***r")
    assert doubles(alice) == [(second, first)]
    assert masked != again


def test_masked_phones_make_no_doubles_and_match_nobody(alice: Desk) -> None:
    one = customers.create(alice, name="甲", phone="138****2266")
    customers.create(alice, name="乙", phone="138****2266")
    assert doubles(alice) == []
    assert customers.match(alice, phone="138****2266") == ""
    assert customers.match_phone(alice, "138****2266") == []
    assert customers.current(alice, one) == one


def test_after_a_merge_both_numbers_mean_the_older_file(alice: Desk, twice: tuple[str, str]) -> None:
    older, younger = twice
    actions.add_phone(alice, customer=younger, phone="13911112222")
    actions.merge(alice, customer=younger, other=older)
    assert customers.current(alice, younger) == customers.current(alice, older) == older
    assert customers.members(alice, younger) == [older, younger]
    assert customers.match(alice, phone="13911112222") == older
    assert doubles(alice) == []
    merged = alice.row("select state, disabled, root from customer_list where id = ?", younger)
    assert merged is not None
    assert tuple(merged) == ("merged", 1, older)
    assert "13911112222" in alice.value("select phones from customer_list where id = ?", older)
    assert clean(alice) == []


def test_a_merge_writes_nothing_into_the_files(alice: Desk, twice: tuple[str, str]) -> None:
    before = [tuple(row) for row in alice.rows("select * from customer order by id")]
    phones = [tuple(row) for row in alice.rows("select * from customer_phone order by id")]
    actions.merge(alice, customer=twice[0], other=twice[1])
    assert [tuple(row) for row in alice.rows("select * from customer order by id")] == before
    assert [tuple(row) for row in alice.rows("select * from customer_phone order by id")] == phones


def test_a_merged_file_takes_the_blacklist_along(alice: Desk, twice: tuple[str, str]) -> None:
    older, younger = twice
    actions.blacklist(alice, customer=younger, blacklist_reason="三次拒收")
    actions.merge(alice, customer=older, other=younger)
    assert alice.value("select state from customer_list where id = ?", older) == "blacklisted"


def test_a_merge_is_undone_within_thirty_days(box: Shop, alice: Desk, twice: tuple[str, str]) -> None:
    older, younger = twice
    alias = actions.merge(alice, customer=older, other=younger)
    box.clock.now += 29 * DAY_MS
    actions.unmerge(alice, alias=alias)
    assert customers.current(alice, younger) == younger
    assert doubles(alice) == [(younger, older)]
    actions.merge(alice, customer=older, other=younger)
    box.clock.now += 31 * DAY_MS
    refused(
        "This merge is older than {days} days and cannot be undone any more.",
        lambda: actions.unmerge(alice, alias=alias),
    )
    assert clean(alice) == []


def test_a_customer_is_not_merged_with_itself(alice: Desk, twice: tuple[str, str]) -> None:
    older, younger = twice
    refused("These are one customer already.", lambda: actions.merge(alice, customer=older, other=older))
    actions.merge(alice, customer=older, other=younger)
    refused("These are one customer already.", lambda: actions.merge(alice, customer=younger, other=older))
    refused("These are one customer already.", lambda: actions.tell_apart(alice, customer=younger, other=older))


def test_a_family_with_one_phone_is_told_apart_for_good(alice: Desk, twice: tuple[str, str]) -> None:
    older, younger = twice
    actions.tell_apart(alice, customer=younger, other=older)
    assert doubles(alice) == []
    third = customers.create(alice, name="娜的妈妈", phone="13800002266", different=True)
    assert doubles(alice) == [(third, older)]


def test_two_boxes_that_merge_one_pair_agree(alice: Desk, bob: Desk, twice: tuple[str, str]) -> None:
    older, younger = twice
    meet(alice, bob)
    actions.merge(alice, customer=older, other=younger)
    actions.merge(bob, customer=younger, other=older)
    meet(alice, bob)
    assert customers.current(alice, younger) == customers.current(bob, younger) == older
    assert agree(alice, bob)
    assert clean(alice) == clean(bob) == []


def test_a_caller_is_found_by_the_tail_of_a_fixed_line(alice: Desk) -> None:
    office = customers.create(alice, name="茶楼", phone="0571-88889999-801")
    assert customers.match_phone(alice, "0571-88889999") == [office]
    assert customers.match_phone(alice, "88889999") == [office]
    assert customers.match_phone(alice, "13800009999") == []


def test_the_surest_sign_decides_whom_a_platform_means(alice: Desk) -> None:
    by_id = customers.create(alice, name="甲", platform="taobao", open_id="AAE1", nick="jia")
    by_phone = customers.create(alice, name="乙", phone="13800002266")
    assert customers.match(alice, platform="taobao", open_id="AAE1", phone="13800002266") == by_id
    assert customers.match(alice, platform="taobao", nick="nobody", phone="13800002266") == by_phone
    assert customers.match(alice, platform="taobao", nick="jia") == by_id
    assert customers.match(alice, platform="other", nick="jia") == ""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8), undo=st.sets(st.integers(0, 7)))
def test_however_files_are_merged_each_stands_for_the_oldest_of_its_line(
    alice: Desk, pairs: list[tuple[int, int]], undo: set[int]
) -> None:
    made = [customers.create(alice, name=f"客{n}") for n in range(6)]
    aliases = {}
    for place, (one, other) in enumerate(pairs):
        if customers.current(alice, made[one]) != customers.current(alice, made[other]):
            aliases[place] = actions.merge(alice, customer=made[one], other=made[other])
    for place in undo & aliases.keys():
        if alice.value("select deleted from alias where id = ?", aliases[place]) == 0:
            actions.unmerge(alice, alias=aliases[place])
    for one in made:
        root = alice.value("select root from customer_root where id = ?", one)
        assert root == customers.current(alice, one) <= one
        assert one in customers.members(alice, one)
    assert clean(alice) == []
