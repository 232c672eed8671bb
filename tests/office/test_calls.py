"""Calls: who rings is known before anybody picks up, and who was not heard is called back."""

from __future__ import annotations

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop import customers
from appliance.shop.office import actions as office
from appliance.shop.office.callers import Caller, callers, eyes
from appliance.shop.office.line_records import Call, PhoneLine
from appliance.shop.office.records import Task
from appliance.shop.shipping import actions as shipping
from tests.cast import agree, clean, meet
from tests.orders.teahouse import House, approved, order, refused

LI_NAS = "13800002266"
ALL = (False, ())
VOICE = ["caller_id", "voice", "dial", "listen_in", "hears_handset"]


@pytest.fixture
def line(alice: Desk, house: House) -> str:
    return office.line_found(alice, place="usb-1", model="CX93001", can=VOICE)


def rings(desk: Desk, line: str, number: str = LI_NAS, call: str = "1", **more: object) -> str:
    return office.ring(desk, line=line, call=call, number=number, presentation="allowed", **more)


def cards(desk: Desk, only: tuple[bool, tuple[str, ...]] = ALL) -> list[Caller]:
    return callers(desk, desk, only, desk.at)


def state(desk: Desk, call: str) -> str:
    return desk.state(Call, call)


def tasks(desk: Desk) -> list[str]:
    return [row.title for row in desk.rows("select title from task_list where state in ('open', 'doing')")]


# ---- who it is


def test_who_calls_is_known_with_what_they_bought_and_owe(alice: Desk, house: House, line: str) -> None:
    placed = approved(alice, house)
    rings(alice, line)
    (card,) = cards(alice)
    assert card.person and card.person.name == "李娜"
    assert [row.id for row in card.orders] == [placed]
    assert card.marks.split() == [house.li_na, placed]
    assert card.live
    assert card.person.bought == 0
    shipping.ship(alice, order=placed, waybill="SF1")
    assert (person := cards(alice)[0].person) and person.bought == 12_800


def test_the_number_may_come_after_the_ring_and_the_name_after_the_number(alice: Desk, line: str) -> None:
    office.ring(alice, line=line, call="1")
    assert cards(alice)[0].person is None
    call = rings(alice, line)
    rings(alice, line, name="LI NA")
    (card,) = cards(alice)
    assert card.person and card.person.name == "李娜" and card.call.name == "LI NA"
    assert alice.get(Call, call).customer


def test_a_stranger_has_no_face_until_a_file_is_made(alice: Desk, line: str) -> None:
    call = rings(alice, line, "13911112222")
    assert cards(alice)[0].person is None
    wang = customers.create(alice, name="王芳", phone="139 1111 2222")
    assert cards(alice)[0].call.customer == wang
    assert alice.value("select customer from call_list where id = ?", call) == wang


def test_a_number_in_two_files_is_nobodys_until_somebody_says_whose(alice: Desk, house: House, line: str) -> None:
    husband = customers.create(alice, name="李明", phone=LI_NAS, different=True)
    call = rings(alice, line)
    (card,) = cards(alice)
    assert card.person is None
    assert [row.name for row in card.candidates] == ["李娜", "李明"] and not card.similar
    office.link_call(alice, call=call, customer=husband)
    assert cards(alice)[0].call.customer_name == "李明"


def test_a_fixed_line_is_found_by_its_end_but_only_as_perhaps(alice: Desk, line: str) -> None:
    customers.create(alice, name="茶楼", phone="0571-88889999")
    rings(alice, line, "88889999")
    (card,) = cards(alice)
    assert card.similar and [row.name for row in card.candidates] == ["茶楼"]


def test_a_number_of_the_same_town_gets_the_lines_area_code(alice: Desk, line: str) -> None:
    customers.create(alice, name="茶楼", phone="0571-88889999")
    office.change_line(alice, line=line, name="前台", area_code="0571", outside="9")
    rings(alice, line, "88889999")
    (card,) = cards(alice)
    assert card.person and card.person.name == "茶楼" and card.call.line_name == "前台"


@pytest.mark.parametrize("presentation", ["withheld", "unavailable", "absent"])
def test_who_keeps_their_number_back_is_nobody(alice: Desk, line: str, presentation: str) -> None:
    call = office.ring(alice, line=line, call="1", number=LI_NAS, presentation=presentation)  # type: ignore[arg-type]
    assert cards(alice)[0].person is None
    assert alice.get(Call, call).normal == ""


def test_a_harmed_report_is_shown_and_never_matched(alice: Desk, line: str) -> None:
    rings(alice, line, doubtful=True)
    (card,) = cards(alice)
    assert card.person is None and card.call.phone == LI_NAS and not card.candidates


def test_a_masked_number_in_a_file_matches_nobody(alice: Desk, line: str) -> None:
    customers.create(alice, name="淘宝买家", phone="139****2222", nick="tea", open_id="x")
    rings(alice, line, "13911112222")
    assert cards(alice)[0].person is None


def test_whatever_a_line_sends_a_card_is_drawn(alice: Desk, line: str) -> None:
    for place, number in enumerate(
        ["P", "O", "", "0", "*" * 11, "10086", "95588001", "00852 2345 6789", "1" * 40, "张"]
    ):
        call = rings(alice, line, number, call=f"odd {place}")
        assert call in {card.call.id for card in cards(alice)}
        office.hang_up(alice, call=call, how="rejected")


# ---- how it goes


def test_a_call_is_taken_and_noted(alice: Desk, chen: Desk, line: str) -> None:
    call = rings(alice, line)
    office.take_call(chen, call=call)
    office.pick_up(alice, call=call)
    assert state(alice, call) == "talking"
    office.note_call(chen, call=call, note="周六来取", tags=["取货", "取货", " "])
    office.hang_up(alice, call=call, how="answered", rings=2, talked_ms=86_000)
    row = alice.row("select * from call_list where id = ?", call)
    assert row and (row.outcome, row.talked_s, row.employee_name, row.note) == ("taken", 86, "陈柜台", "周六来取")
    assert alice.get(Call, call).tags == ["取货"]
    assert tasks(alice) == []


def test_hanging_up_twice_changes_nothing(alice: Desk, line: str) -> None:
    call = rings(alice, line)
    office.hang_up(alice, call=call, how="missed", rings=4)
    office.hang_up(alice, call=call, how="answered")
    assert state(alice, call) == "missed"


def test_who_says_that_they_took_it_is_believed_when_the_ringing_stops(alice: Desk, chen: Desk, line: str) -> None:
    call = rings(alice, line)
    office.take_call(chen, call=call)
    office.hang_up(alice, call=call, how="unsure", rings=2)
    row = alice.row("select state, outcome, talked_s from call_list where id = ?", call)
    assert row and tuple(row) == ("answered", "taken", 0)
    assert tasks(alice) == []


def test_a_talk_that_the_box_hears_of_late_is_no_missed_call(alice: Desk, line: str) -> None:
    call = rings(alice, line)
    office.hang_up(alice, call=call, how="unsure", rings=2)
    assert tasks(alice) == ["☎ 李娜"]
    office.pick_up(alice, call=call)
    assert state(alice, call) == "talking"
    office.hang_up(alice, call=call, how="answered", talked_ms=30_000)
    assert (state(alice, call), tasks(alice)) == ("answered", [])


def test_who_was_not_heard_becomes_a_task_and_calling_back_settles_it(alice: Desk, house: House, line: str) -> None:
    missed = rings(alice, line)
    office.hang_up(alice, call=missed, how="missed", rings=5)
    again = rings(alice, line, call="2")
    office.hang_up(alice, call=again, how="unsure", rings=3)
    assert tasks(alice) == ["☎ 李娜"]
    assert alice.value("select count(*) from call_list where to_return = 1") == 1
    asked = office.dial_call(alice, call=missed)
    wish = alice.row("select * from line_asked where id = ?", asked)
    assert wish and (wish.asked, wish.number, wish.line) == ("dial", LI_NAS, line)
    back = office.dialled(alice, line=line, call="3", number=LI_NAS, asked=asked)
    assert alice.get(Call, back).employee == alice.who
    office.pick_up(alice, call=back)
    office.hang_up(alice, call=back, how="answered", talked_ms=30_000)
    assert tasks(alice) == []
    assert alice.value("select outcome from call_list where id = ?", back) == "reached"


def test_a_stranger_who_was_missed_is_named_by_the_end_of_the_number(alice: Desk, line: str) -> None:
    office.hang_up(alice, call=rings(alice, line, "13911112222"), how="missed")
    assert tasks(alice) == ["☎ …2222"]


def test_who_kept_the_number_back_cannot_be_called_back(alice: Desk, line: str) -> None:
    call = office.ring(alice, line=line, call="1", presentation="withheld")
    office.hang_up(alice, call=call, how="missed")
    assert tasks(alice) == []
    refused("no_number", lambda: office.dial_call(alice, call=call))
    refused("no_number", lambda: office.nuisance_call(alice, call=call))
    with pytest.raises(Refusal):
        office.link_call(alice, call=call, customer=alice.value("select id from customer"), keep_number=True)


def test_where_the_box_cannot_tell_who_was_there_says_how_it_was(alice: Desk, chen: Desk, line: str) -> None:
    call = rings(alice, line)
    office.hang_up(alice, call=call, how="unsure", rings=3)
    assert tasks(alice) == ["☎ 李娜"]
    office.answered_call(chen, call=call)
    assert (state(alice, call), tasks(alice)) == ("answered", [])
    assert alice.get(Call, call).employee == chen.who
    other = rings(alice, line, "13911112222", call="2")
    office.hang_up(alice, call=other, how="unsure")
    office.missed_call(alice, call=other)
    assert state(alice, other) == "missed"


def test_a_single_ring_disturbs_nobody(alice: Desk, line: str) -> None:
    call = office.rang_once(alice, line=line, call="1")
    assert office.rang_once(alice, line=line, call="1") == call
    assert (cards(alice), tasks(alice)) == ([], [])
    assert alice.value("select outcome from call_list") == "of_no_account"


def test_what_was_open_when_the_box_stopped_was_interrupted(alice: Desk, line: str) -> None:
    call = rings(alice, line)
    talking = rings(alice, line, "13911112222", call="2")
    office.pick_up(alice, call=talking)
    assert office.close_cut_off(alice) == 2
    assert (state(alice, call), state(alice, talking)) == ("interrupted", "interrupted")
    assert office.close_cut_off(alice) == 0


# ---- several at once, and which tablets


def test_two_who_ring_at_once_are_two_cards(alice: Desk, line: str) -> None:
    second = office.line_found(alice, place="usb-2", can=["caller_id"])
    rings(alice, line)
    rings(alice, second, "13911112222", call="2")
    assert [card.call.phone for card in cards(alice)] == ["13911112222", LI_NAS]
    assert [card.call.phone for card in cards(alice, (False, (line,)))] == [LI_NAS]
    assert cards(alice, (True, ())) == []


def test_a_tablet_says_which_lines_it_shows(alice: Desk, line: str) -> None:
    assert eyes(alice, alice.device) == ALL
    office.choose_callers(alice, lines=[line])
    assert eyes(alice, alice.device) == (False, (line,))
    office.choose_callers(alice, quiet=True)
    assert eyes(alice, alice.device) == (True, ())


def test_a_card_stays_for_a_note_and_then_goes(alice: Desk, box, line: str) -> None:
    call = rings(alice, line)
    office.hang_up(alice, call=call, how="answered")
    assert len(cards(alice)) == 1
    box.clock.now += 3 * 60_000
    assert cards(alice) == []


def test_callers_of_another_box_do_not_pop_up_here(alice: Desk, bella: Desk, line: str) -> None:
    rings(alice, line)
    meet(alice, bella)
    assert cards(bella) == [] and len(cards(alice)) == 1
    assert bella.value("select count(*) from call_list") == 1
    assert agree(alice, bella)


# ---- what it was about, what disturbs


def test_a_call_stands_on_the_order_it_was_about(alice: Desk, house: House, line: str) -> None:
    call, placed = rings(alice, line), order(alice, house)
    office.file_call(alice, call=call, sales_order=placed)
    assert alice.value("select id from call_list where sales_order = ?", placed) == call


def test_a_new_number_is_written_into_the_file_of_who_called(alice: Desk, house: House, line: str) -> None:
    call = rings(alice, line, "13911112222")
    office.link_call(alice, call=call, customer=house.li_na, keep_number=True)
    office.link_call(alice, call=call, customer=house.li_na, keep_number=True)
    assert customers.match_phone(alice, "13911112222") == [house.li_na]


def test_a_nuisance_is_not_shown_and_not_called_back_until_it_is_forgiven(alice: Desk, line: str) -> None:
    first = rings(alice, line, "02166667777")
    office.hang_up(alice, call=first, how="missed")
    office.nuisance_call(alice, call=first, reason="贷款推销")
    assert tasks(alice) == []
    again = rings(alice, line, "02166667777", call="2")
    assert cards(alice) == []
    office.hang_up(alice, call=again, how="missed")
    assert tasks(alice) == []
    office.welcome_call(alice, call=again)
    office.nuisance_call(alice, call=again)
    office.welcome_call(alice, call=again)
    rings(alice, line, "02166667777", call="3")
    assert "02166667777" in [card.call.phone for card in cards(alice)]


def test_a_customer_is_no_nuisance(alice: Desk, line: str) -> None:
    call = rings(alice, line)
    refused("customer", lambda: office.nuisance_call(alice, call=call))
    with pytest.raises(Refusal):
        office.welcome_call(alice, call=call)


def test_only_what_the_device_can_do_is_asked_of_it(alice: Desk, line: str) -> None:
    call = rings(alice, line)
    office.answer_call(alice, call=call)
    office.put_down_call(alice, call=call)
    assert [row.asked for row in alice.rows("select asked from line_asked order by at")] == ["answer", "hang_up"]
    dumb = office.line_found(alice, place="usb-2", can=["caller_id"])
    other = rings(alice, dumb, call="2")
    refused("cannot", lambda: office.reject_call(alice, call=other))
    office.hang_up(alice, call=call, how="answered")
    refused("over", lambda: office.answer_call(alice, call=call))
    office.line_lost(alice, line=line, reason="unplugged")
    refused("no_line", lambda: office.dial_call(alice, call=call))
    third = rings(alice, line, call="3")
    refused("no_line", lambda: office.answer_call(alice, call=third))


def test_a_number_of_a_file_is_dialled(alice: Desk, house: House, line: str) -> None:
    phone = alice.value("select id from customer_phone where customer = ?", house.li_na)
    asked = office.dial_phone(alice, customer_phone=phone)
    assert alice.value("select number from line_asked where id = ?", asked) == LI_NAS
    customers.create(alice, name="买家", phone="139****2222", nick="tea", open_id="x")
    masked = alice.value("select id from customer_phone where masked = 1")
    refused("no_number", lambda: office.dial_phone(alice, customer_phone=masked))


def test_a_line_keeps_its_name_and_settings_when_it_comes_back(alice: Desk, line: str) -> None:
    office.change_line(alice, line=line, name="前台", area_code="0571")
    office.line_lost(alice, line=line, reason="unplugged")
    assert not alice.get(PhoneLine, line).ready
    assert office.line_found(alice, place="usb-1", model="USR", can=["caller_id"]) == line
    found = alice.get(PhoneLine, line)
    assert (found.name, found.area_code, found.model, found.ready, found.lost) == ("前台", "0571", "USR", True, "")
    office.retire_line(alice, line=line)
    office.use_line(alice, line=line)
    for typed, field in (({"name": " "}, "name"), ({"name": "x", "area_code": "57"}, "area_code"),
                         ({"name": "x", "outside": "neun"}, "outside")):  # fmt: skip
        with pytest.raises(Refusal) as said:
            office.change_line(alice, line=line, **typed)
        assert said.value.field == field


def test_calls_are_counted_by_day_hour_and_person(alice: Desk, chen: Desk, line: str) -> None:
    first = rings(alice, line)
    office.take_call(chen, call=first)
    office.pick_up(alice, call=first)
    office.hang_up(alice, call=first, how="answered", talked_ms=60_000)
    office.hang_up(alice, call=rings(alice, line, call="2"), how="missed")
    office.rang_once(alice, line=line, call="3")
    asked = "select outcome, calls, talked_s from call_day where day = ? and calls > 0 order by outcome"
    counted = alice.rows(asked, alice.day)
    assert [tuple(row) for row in counted] == [("missed", 1, 0), ("of_no_account", 1, 0), ("taken", 1, 60)]
    assert alice.value("select calls from call_person where employee = ? and outcome = 'taken'", chen.who) == 1
    assert alice.value("select sum(calls) from call_hour where hour = 10") == 3
    assert clean(alice) == []


def test_finishing_the_task_by_hand_takes_the_call_off_the_list(alice: Desk, line: str) -> None:
    call = rings(alice, line)
    office.hang_up(alice, call=call, how="missed")
    office.finish_task(alice, task=alice.value("select id from task where about = ?", call))
    assert alice.value("select to_return from call_list where id = ?", call) == 0
    assert alice.rows("select * from task_list where nobody = 1") == []
    assert alice.state(Task, alice.value("select id from task")) == "done"
