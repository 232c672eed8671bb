"""Drawers are counted, and foreign money has a rate."""

import pytest

from appliance.journal import Desk, Refusal
from appliance.shop import accounts
from appliance.shop.accounts import CashSession, MoneyPaper, actions
from appliance.shop.settings.actions import add_currency, set_rate, turn_switches
from tests.cast import clean


def balance(desk: Desk, account: str) -> int:
    return int(desk.value("select balance from money_account_list where id = ?", account))


def session(desk: Desk, found: str) -> tuple[int, ...]:
    row = desk.row("select float_counted, expected, counted, difference from cash_session_list where id = ?", found)
    assert row is not None
    return tuple(row)


def test_a_till_is_counted_blind_and_what_is_missing_is_posted(alice: Desk, carol: Desk, drawer: str, li_na: str):
    till = actions.open_till(alice, account=drawer, counted=99_000)
    assert balance(alice, drawer) == 99_000  # ten were missing in the morning already
    accounts.receive(alice, account=drawer, party=li_na, party_kind="customer", amount=12_800)
    with pytest.raises(Refusal, match="柜台现金 is open already"):
        actions.open_till(carol, account=drawer, counted=0)
    actions.close_till(carol, cash_session=till, counted=111_300, note="找错了零")
    assert session(alice, till) == (99_000, 111_800, 111_300, -500)
    assert balance(alice, drawer) == 111_300
    kept = alice.get(CashSession, till)
    # The journal of this session is the one sale; the two differences stand before and after it.
    assert (kept.first, kept.last) == (3, 3)
    with pytest.raises(Refusal, match="This till is closed already"):
        actions.close_till(alice, cash_session=till, counted=0)
    short = alice.value("select id from money_paper where document = ? order by id desc", till)
    with pytest.raises(Refusal, match="It belongs to SY-A1-"):
        actions.unreview(alice, money_paper=short)
    assert clean(alice) == []


def test_a_drawer_can_be_kept_shut_until_somebody_answers_for_it(alice: Desk, drawer: str, bank: str, li_na: str):
    turn_switches(alice, money_till=True)

    def pay(account: str) -> str:
        return accounts.receive(alice, account=account, party=li_na, party_kind="customer", amount=100)

    with pytest.raises(Refusal, match="Nobody has opened 柜台现金") as refused:
        pay(drawer)
    assert refused.value.remedy == f"/do/accounts/open_till?account={drawer}"
    pay(bank)
    till = actions.open_till(alice, account=drawer, counted=100_000)
    pay(drawer)
    actions.close_till(alice, cash_session=till, counted=100_100)
    with pytest.raises(Refusal, match="Nobody has opened"):
        pay(drawer)
    assert accounts.open_account(alice, name="第二个钱箱", kind="cash", opening=5_000)
    for given, sentence in (
        ({"account": bank}, "Only a cash drawer"),
        ({"account": drawer, "counted": -1}, "less than"),
    ):
        with pytest.raises(Refusal, match=sentence):
            actions.open_till(alice, **given)


def test_money_that_changes_its_currency_has_a_rate(alice: Desk, drawer: str, bank: str, li_na: str):
    hkd = add_currency(alice, name="港币", code="HKD")
    set_rate(alice, currency=hkd, day=alice.day, rate=9_200)
    hong_kong = accounts.open_account(alice, name="香港账户", kind="bank", currency=hkd)

    def move(source: str, target: str, amount: int, **more: int) -> MoneyPaper:
        made = actions.new_transfer(alice, account=source, to_account=target, amount=amount, **more)
        return alice.get(MoneyPaper, made)

    assert move(drawer, hong_kong, 92_000, rate=10_870).to_amount == 100_004
    back = move(hong_kong, bank, 50_000)
    assert (back.rate, back.to_amount) == (9_200, 46_000)
    assert (balance(alice, drawer), balance(alice, hong_kong), balance(alice, bank)) == (8_000, 50_004, 46_000)
    actions.reverse(alice, money_paper=back.id, reason="转错了")
    assert (balance(alice, hong_kong), balance(alice, bank)) == (100_004, 0)
    for asked, sentence in (
        (lambda: move(drawer, bank, 100, rate=9_000), "there is no rate"),
        (lambda: move(drawer, hong_kong, 100, rate=-1), "A rate must be more than nothing"),
        (lambda: move(hong_kong, drawer, 1, rate=1), "Nothing would come of this"),
        (lambda: actions.new_receipt(alice, account=hong_kong, amount=1, customer=li_na), "holds foreign money"),
    ):
        with pytest.raises(Refusal, match=sentence):
            asked()
    assert clean(alice) == []
