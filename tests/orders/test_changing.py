"""Orders change until they are approved, and not after."""

import pytest

from appliance.journal import ONE, Desk, Rights
from appliance.shop import customers
from appliance.shop.orders import NewLine, Receiver, SalesOrder, SalesOrderLine
from appliance.shop.orders import actions as act
from appliance.shop.orders.standing import tags_of
from appliance.shop.settings import actions as settings
from tests.cast import clean, meet
from tests.orders.teahouse import ADDRESS, House, approved, change, held, order, pay, refused, state


def lines_of(desk: Desk, placed: str) -> list:
    return desk.rows("select * from sales_order_line where sales_order = ? and deleted = 0 order by place", placed)


def test_the_receiver_changes_and_the_list_shows_it(alice: Desk, house: House):
    placed = order(alice, house)
    act.change_receiver(alice, order=placed, name="王芳", phone="13911112222", **ADDRESS)
    row = alice.row("select * from order_list where id = ?", placed)
    assert (row.receiver, row.phone_tail, row.area) == ("王芳", "2222", "杭州 余杭")
    assert alice.journal.history(alice.journal.reading(), placed)[0][1].action == "orders.change_receiver"
    assert clean(alice) == []


def test_an_invoice_is_written_and_stays_when_the_receiver_changes(alice: Desk, house: House):
    placed = order(alice, house)
    act.set_invoice(
        alice, order=placed, invoice_title=" 茶山公司 ", tax_no="91330100ma27xyz123", invoice_kind="special_invoice"
    )
    act.change_receiver(alice, order=placed, name="王芳", phone="13911112222", **ADDRESS)
    found = alice.get(Receiver, alice.get(SalesOrder, placed).receiver)
    assert (found.name, found.invoice_title, found.tax_no) == ("王芳", "茶山公司", "91330100MA27XYZ123")
    refused("tax_no", lambda: act.set_invoice(alice, order=placed, invoice_title="茶山", tax_no="123"), "tax_no")
    refused("title", lambda: act.set_invoice(alice, order=placed, tax_no="91330100MA27XYZ123"), "invoice_title")
    special = {"invoice_title": "茶山", "invoice_kind": "special_invoice"}
    refused("tax_no", lambda: act.set_invoice(alice, order=placed, **special), "tax_no")
    act.set_invoice(alice, order=placed)
    assert alice.get(Receiver, found.id).invoice_title == ""


def test_the_customer_changes_while_nothing_was_paid(alice: Desk, house: House):
    placed = order(alice, house)
    wang = customers.create(alice, name="王芳", phone="13911112222")
    act.change_customer(alice, order=placed, customer=wang)
    assert alice.get(SalesOrder, placed).customer == wang
    pay(alice, house, placed)
    refused("paid", lambda: act.change_customer(alice, order=placed, customer=house.li_na))
    customers.actions.disable(alice, customer=house.li_na)
    refused("disabled", lambda: act.change_customer(alice, order=placed, customer=house.li_na), "customer")


def test_goods_change_and_amounts_are_worked_out_anew(alice: Desk, house: House):
    placed = order(alice, house, NewLine(sku=house.teapot), NewLine(sku=house.cup))
    teapot = lines_of(alice, placed)[0]
    act.change_lines(
        alice, order=placed, postage=500,
        lines=[NewLine(sku=house.teapot, qty=2 * ONE), NewLine(sku=house.tea, qty=ONE // 2)],
    )  # fmt: skip
    assert [(line.id == teapot.id, line.qty) for line in lines_of(alice, placed)] == [
        (True, 2 * ONE),
        (False, ONE // 2),
    ]
    found = alice.get(SalesOrder, placed)
    assert (
        found.receivable == 25600 + 3000 + 500 == sum(line.amount for line in lines_of(alice, placed)) + found.postage
    )
    assert held(alice, house, house.cup, "unpaid") == 0
    assert held(alice, house, house.tea, "unpaid") == ONE // 2
    assert clean(alice) == []


def test_goods_cannot_become_cheaper_than_what_was_paid(alice: Desk, house: House):
    placed = order(alice, house)
    pay(alice, house, placed)
    refused("overpaid", lambda: act.change_lines(alice, order=placed, lines=[NewLine(sku=house.cup)]))
    act.change_lines(alice, order=placed, lines=[NewLine(sku=house.teapot, qty=2 * ONE)])
    refused("paid", lambda: act.review(alice, order=placed))


def test_naming_the_goods_of_a_platforms_line_keeps_what_the_platform_said(alice: Desk, house: House):
    placed = order(alice, house)
    line = lines_of(alice, placed)[0].id
    change(alice, SalesOrderLine, line, sku="", raw_line="raw-1")
    act.change_lines(alice, order=placed, lines=[NewLine(sku=house.cup), NewLine(sku=house.tea)])
    assert [(one.id == line, one.raw_line, one.sku) for one in lines_of(alice, placed)] == [
        (True, "raw-1", house.cup), (False, "", house.tea),
    ]  # fmt: skip


def test_nobody_changes_prices_beyond_their_role(alice: Desk, house: House):
    placed = order(alice, house)
    clerk = alice.journal.desk(who="c", branch=alice.branch, rights=Rights(("*",), limits={"discount": 0}))
    cheap = [NewLine(sku=house.teapot, price=ONE)]
    refused("discount_limit", lambda: act.change_lines(clerk, order=placed, lines=cheap), "discount")


def test_an_approved_order_changes_only_its_courier(alice: Desk, house: House):
    placed = approved(alice, house)
    deeds = [
        lambda: act.change_receiver(alice, order=placed, name="王芳"),
        lambda: act.change_warehouse(alice, order=placed, warehouse=house.warehouse),
        lambda: act.change_customer(alice, order=placed, customer=house.li_na),
        lambda: act.change_lines(alice, order=placed, lines=[NewLine(sku=house.cup)]),
    ]
    for deed in deeds:
        refused("wrong_state", deed)
    act.change_courier(alice, order=placed, courier=house.post)
    assert alice.get(SalesOrder, placed).courier == house.post


def test_the_accountant_looks_at_what_does_not_change_meanwhile(alice: Desk, house: House):
    placed = order(alice, house, NewLine(sku=house.cup, gift=True), delivery_term="cod")
    act.force_review(alice, order=placed, reason="样品")
    assert state(alice, placed) == "to_finance_review"
    refused("wrong_state", lambda: act.change_lines(alice, order=placed, lines=[NewLine(sku=house.cup)]))


def test_a_cancelled_order_gets_no_courier(alice: Desk, house: House):
    placed = order(alice, house)
    act.cancel(alice, order=placed, reason="不要了")
    refused("wrong_state", lambda: act.change_courier(alice, order=placed, courier=""))


def test_remarks_flags_and_marks_can_be_set_at_any_time(alice: Desk, house: House):
    placed, vip = approved(alice, house), settings.add_mark(alice, kind="sales_order", name="企业", colour="mark_gold")
    act.change_remark(alice, order=placed, remark=" 周六送 ", print_remark="轻放")
    act.set_flag(alice, order=placed, flag="red")
    act.set_mark(alice, order=placed, mark=vip)
    found = alice.get(SalesOrder, placed)
    assert (found.remark, found.print_remark, found.flag, found.mark) == ("周六送", "轻放", "red", "企业")
    settings.change_mark(alice, mark=vip, name="大企业")
    row = alice.row("select * from order_list where mark_id = ?", vip)
    assert row is not None
    assert ("企业", "gold") in tags_of(row), "a mark keeps the word and colour of its day"
    act.set_mark(alice, order=placed)
    assert alice.get(SalesOrder, placed).mark == ""


def test_a_mark_is_in_use_and_meant_for_orders(alice: Desk, house: House):
    placed = order(alice, house)
    paper = settings.add_mark(alice, kind="money_paper", name="待核")
    refused("", lambda: act.set_mark(alice, order=placed, mark=paper), "mark")
    settings.disable(alice, entry=paper)
    refused("", lambda: act.set_mark(alice, order=placed, mark=paper), "mark")


@pytest.mark.parametrize("typed", ["00001", "2266", "李娜", "ln", "lina"])
def test_an_order_is_found_by_part_of_its_number_phone_name_or_pinyin(alice: Desk, house: House, typed: str):
    placed = order(alice, house)
    typed = alice.get(SalesOrder, placed).number[-8:] if typed == "00001" else typed
    found = alice.journal.search(alice.journal.reading(), "order_list", typed)
    assert [alice.value("select id from order_list where rowid = ?", row) for row in found] == [placed]


def test_a_counter_customer_without_a_name_leaves_no_receiver(alice: Desk, house: House):
    placed = act.create(alice, shop=house.counter, lines=[NewLine(sku=house.cup)])
    assert alice.get(SalesOrder, placed).receiver == ""
    act.change_receiver(alice, order=placed, name="王芳")
    assert alice.get(Receiver, alice.get(SalesOrder, placed).receiver).name == "王芳"


def test_goods_changed_on_two_boxes_that_do_not_add_up_are_told_and_stop_the_order(
    alice: Desk, bella: Desk, house: House
):
    placed = order(alice, house, NewLine(sku=house.cup), delivery_term="cod")
    meet(alice, bella)
    act.change_lines(alice, order=placed, lines=[NewLine(sku=house.cup), NewLine(sku=house.teapot)])
    act.change_lines(bella, order=placed, lines=[NewLine(sku=house.cup), NewLine(sku=house.tea, qty=ONE // 2)])
    meet(alice, bella)
    number = alice.get(SalesOrder, placed).number
    for desk in (alice, bella):
        told = desk.row("select id, number from problem_order_uneven")
        assert told is not None
        assert tuple(told) == (placed, number)
    refused("adds_up", lambda: act.force_review(alice, order=placed, reason="试"))
    act.change_lines(alice, order=placed, lines=[NewLine(sku=house.cup)])
    meet(alice, bella)
    assert bella.rows("select * from problem_order_uneven") == []
    act.review(alice, order=placed)
    assert clean(alice) == clean(bella) == []
