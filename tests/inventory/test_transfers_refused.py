"""What transfers refuse: each branch does only what is its own, and nobody takes what is not there."""

from collections.abc import Callable

from appliance.journal import Desk, derive
from appliance.shop.inventory import actions, differences
from appliance.shop.inventory.carrying import ComeGoods
from appliance.shop.settings import Warehouse
from tests.cast import BRANCH_B, Shop, meet
from tests.inventory.conftest import ROOMS, Shelf, pieces, refused
from tests.inventory.test_transfers import CENTRE, COUNTER, ask, goods, sent, stage, stock


def test_every_branch_does_only_what_is_its_own(
    alice: Desk, bob: Desk, stocked: Shelf, new_box: Callable[..., Shop]
) -> None:
    keeper = "{branch} keeps {warehouse}; only there this can be done."
    transfer = ask(bob, stocked.teapot, 2)
    refused(keeper, lambda: actions.approve_transfer(bob, transfer=transfer))
    meet(alice, bob)
    actions.approve_transfer(alice, transfer=transfer)
    meet(alice, bob)
    for verb in (actions.unapprove_transfer, actions.send_transfer):
        refused(keeper, lambda verb=verb: verb(bob, transfer=transfer))  # type: ignore[misc]
    refused(keeper, lambda: actions.send_part(bob, transfer=transfer, lines=goods(stocked.teapot, 1)))
    actions.send_transfer(alice, transfer=transfer)
    meet(alice, bob)
    refused(keeper, lambda: actions.take_in_all(alice, transfer=transfer))
    refused(keeper, lambda: actions.take_in(alice, transfer=transfer, lines=[ComeGoods(sku=stocked.teapot)]))
    refused(keeper, lambda: actions.take_home(bob, transfer=transfer))
    refused(keeper, lambda: actions.restore_transfer(bob, transfer=transfer))
    actions.take_in(bob, transfer=transfer, lines=[ComeGoods(sku=stocked.teapot)], rest="lost")
    difference = bob.value("select id from difference")
    refused(keeper, lambda: actions.accept_difference(bob, difference=difference))
    meet(alice, bob)
    refused(keeper, lambda: actions.withdraw_difference(alice, difference=difference))
    actions.withdraw_difference(bob, difference=difference)
    assert stage(bob, transfer) == "part_in"

    stranger = new_box("C1", derive("branch", "c"), names=ROOMS).desk("carol")
    meet(alice, stranger)
    other = ask(alice, stocked.cup, 1, draft=True)
    meet(alice, stranger)
    refused("This transfer is between two other branches.", lambda: actions.submit_transfer(stranger, transfer=other))
    refused("One of the two warehouses must be of this branch.", lambda: ask(stranger, stocked.cup, 1), "target")
    actions.submit_transfer(alice, transfer=other)
    meet(alice, bob)
    said = "{branch} asked for it; only there it can be changed."
    refused(said, lambda: actions.change_transfer(bob, transfer=other, lines=goods(stocked.cup, 2)))


def test_what_a_transfer_refuses(alice: Desk, bob: Desk, stocked: Shelf) -> None:
    line = goods(stocked.teapot, 1)

    def asked(**other: object) -> None:
        given = {"source": CENTRE, "target": COUNTER, "lines": line} | other
        actions.request_transfer(alice, **given)  # type: ignore[arg-type]

    refused("The goods are in this warehouse already.", lambda: asked(target=CENTRE), "target")
    refused("Choose a warehouse.", lambda: asked(target="x"), "target")
    refused("Add at least one line.", lambda: asked(lines=[]), "lines")
    refused("This SKU stands here twice.", lambda: asked(lines=line * 2), "lines.1.sku")
    refused("The quantity of {name} must be more than nothing.", lambda: asked(lines=goods(stocked.cup, 0)), "qty")
    transfer = ask(alice, stocked.teapot, 4)
    refused("Say why it is cancelled.", lambda: actions.cancel_transfer(alice, transfer=transfer, reason=" "), "reason")
    refused(
        "These goods are not on this transfer.",
        lambda: actions.approve_transfer(alice, transfer=transfer, lines=goods(stocked.cup, 1)), "lines.0.sku",
    )  # fmt: skip
    refused(
        "Nothing is granted. Cancel the transfer instead, with a reason.",
        lambda: actions.approve_transfer(alice, transfer=transfer, lines=goods(stocked.teapot, 0)), "lines",
    )  # fmt: skip
    refused(
        "Too little in stock (asked / there): {items}.",
        lambda: actions.approve_transfer(alice, transfer=transfer, lines=goods(stocked.teapot, 11)),
    )
    refused("Nothing of this transfer is on its way.", lambda: actions.take_in_all(bob, transfer=_known(alice, bob)))
    wrong = "It is {state} now; that cannot be done with it any more."
    refused(wrong, lambda: actions.send_transfer(alice, transfer=transfer))
    actions.approve_transfer(alice, transfer=transfer)
    refused("Nothing has left yet. Cancel the transfer instead.", lambda: actions.end_sending(alice, transfer=transfer))
    refused(wrong, lambda: actions.change_transfer(alice, transfer=transfer, lines=line))
    more = "Only {qty} of {name} are granted and have not left."
    over = goods(stocked.teapot, 5)
    refused(more, lambda: actions.send_part(alice, transfer=transfer, lines=over), "lines")
    actions.send_transfer(alice, transfer=transfer)
    refused("Nothing is left to be sent.", lambda: actions.send_transfer(alice, transfer=transfer), "lines")
    refused(wrong, lambda: actions.cancel_transfer(alice, transfer=transfer, reason="x"))
    refused("Nothing of it was counted twice.", lambda: actions.restore_transfer(alice, transfer=transfer))
    actions.end_sending(alice, transfer=transfer)
    said = "You said that no more is sent. Write a new transfer."
    refused(said, lambda: actions.send_transfer(alice, transfer=transfer))


def _known(alice: Desk, bob: Desk) -> str:
    meet(alice, bob)
    return str(bob.value("select id from transfer"))


def test_what_counting_a_parcel_refuses(alice: Desk, bob: Desk, stocked: Shelf) -> None:
    transfer = sent(alice, bob, stocked.teapot, 2)
    one = ComeGoods(sku=stocked.teapot, qty=pieces(1))

    def count(*lines: ComeGoods, **other: object) -> None:
        actions.take_in(bob, transfer=transfer, lines=list(lines), **other)  # type: ignore[arg-type]

    refused("A SKU stands here twice.", lambda: count(one, one), "lines")
    refused("These goods are not on this transfer.", lambda: count(ComeGoods(sku=stocked.cup)), "lines.0.sku")
    minus = ComeGoods(sku=stocked.teapot, qty=-1)
    refused("A quantity cannot be less than nothing.", lambda: count(minus), "lines.0.qty")
    refused("Write how much has come.", lambda: count(ComeGoods(sku=stocked.teapot, qty=0)), "lines")
    refused("Carriage cannot cost less than nothing.", lambda: count(one, freight=-1), "freight")
    count(ComeGoods(sku=stocked.teapot, qty=pieces(3)))
    difference = bob.value("select id from difference")
    said = "More has come than was sent, so somebody counted wrongly."
    refused(said, lambda: actions.explain_difference(bob, difference=difference, reason="lost"), "reason")
    actions.withdraw_difference(bob, difference=difference)
    wrong = "It is {state} now; that cannot be done with it any more."
    refused(wrong, lambda: actions.explain_difference(bob, difference=difference, reason="miscounted"))


def test_a_difference_that_the_way_cannot_pay_for_is_looked_at_again(alice: Desk, bob: Desk, stocked: Shelf) -> None:
    transfer = sent(alice, bob, stocked.teapot, 3)
    actions.take_in(bob, transfer=transfer, lines=[ComeGoods(sku=stocked.teapot, qty=0)], rest="lost")
    difference = bob.value("select id from difference")
    actions.explain_difference(bob, difference=difference, reason="damaged", note="湿了")
    meet(alice, bob)
    actions.take_home(alice, transfer=transfer)
    assert alice.state(differences.Difference, difference) == "withdrawn"
    assert stock(alice, CENTRE, stocked.teapot) == (10, 1_280_000)


def test_what_another_box_took_in_meanwhile_cannot_be_given_up(
    alice: Desk, bob: Desk, stocked: Shelf, new_box: Callable[..., Shop]
) -> None:
    beth = new_box("B2", BRANCH_B, names=ROOMS).desk("beth")
    transfer = sent(alice, bob, stocked.teapot, 3)
    meet(bob, beth)
    actions.take_in(bob, transfer=transfer, lines=[ComeGoods(sku=stocked.teapot, qty=pieces(1))], rest="lost")
    actions.take_in(beth, transfer=transfer, lines=[ComeGoods(sku=stocked.teapot, qty=pieces(2))])
    meet(alice, bob, beth)
    said = "Only {qty} of {name} are on their way. The other branch took some in."
    difference = alice.value("select id from difference")
    assert refused(said, lambda: actions.accept_difference(alice, difference=difference), "lines").params["qty"] == "0"


def test_a_disabled_warehouse_takes_part_in_no_new_transfer(alice: Desk, stocked: Shelf) -> None:
    @actions.action("Shut")
    def shut(desk: Desk) -> None:
        desk.change(Warehouse, COUNTER, disabled=True)

    shut(alice)
    refused("{warehouse} is disabled.", lambda: ask(alice, stocked.cup, 1), "target")
