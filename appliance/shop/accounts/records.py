"""What is written about money.

One sign holds everywhere: a charge is more than nothing when the party comes to owe the shop, and money received is
more than nothing when it came in. A supplier's bill is a charge below nothing, paying it is money received below
nothing. What a party owes is therefore always charges less money received.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from appliance.journal import (
    BRANCH,
    CHAIN,
    Day,
    Fact,
    Flow,
    Group,
    Hint,
    Id,
    Label,
    Moment,
    Money,
    Partition,
    Phone,
    Price,
    Record,
    Ref,
    Sum,
    Text,
    Watched,
    Words,
)
from appliance.shop.settings import BranchId, CurrencyId, MarkId, MoneyItemId
from appliance.shop.staff import EmployeeId

AccountId = Annotated[str, Ref("money_account")]
PaperId = Annotated[str, Ref("money_paper")]
PartnerId = Annotated[str, Ref("partner")]
PaperMarkId = Annotated[str, Ref("paper_mark")]
CashSessionId = Annotated[str, Ref("cash_session")]
OpenItemId = Annotated[str, Ref("open_item")]

AccountKind = Literal["cash", "bank", "alipay", "wechat", "other"]
PaperKind = Literal["receipt", "payment", "transfer", "other_in", "other_out"]
PartyKind = Literal["customer", "partner", "courier", "employee"]
PaidKind = Literal["for_goods", "for_freight", "for_tax", "for_cost_difference", "for_other"]


class MoneyAccount(Record, kw_only=True, frozen=True):
    """Where the shop's money lies: a drawer, a bank account, a wallet. One branch owns its journal."""

    serves: ClassVar[Mapping[str, str]] = {"shop": "account"}
    partition: ClassVar[Partition] = CHAIN
    history: ClassVar[bool] = True

    name: Text = ""
    no: Annotated[Text, Watched(), Label("Account number")] = ""
    kind: AccountKind = "cash"
    branch: BranchId = ""
    keeper: Annotated[EmployeeId, Label("Kept by")] = ""
    currency: CurrencyId = ""
    """Empty for the shop's own money. A foreign account is filled and emptied by transfers, which have a rate."""
    opening: Annotated[Money, Label("Opening balance")] = 0
    """What lay there when the account was opened. It stands in the journal as the first movement."""
    allow_negative: Annotated[bool, Label("May fall below nothing"), Hint("An overdraft, or a card.")] = False
    offered_first: Annotated[bool, Label("Offered first")] = False
    """Of its branch's accounts of one kind: the drawer among drawers, the wallet among wallets."""
    disabled: bool = False


class Partner(Record, kw_only=True, frozen=True):
    """Somebody the shop settles with who has no file elsewhere: a landlord, a workshop, a small supplier."""

    partition: ClassVar[Partition] = CHAIN
    personal: ClassVar[bool] = True
    history: ClassVar[bool] = True

    name: Text = ""
    phone: Phone = ""
    bank_name: Annotated[Text, Group("bank"), Watched()] = ""
    bank_no: Annotated[Text, Group("bank"), Watched(), Label("Account number")] = ""
    remark: Words = ""
    disabled: bool = False


PAPER_FLOW = Flow(
    start="draft",
    steps={
        "draft": ("to_review", "approved", "void"),
        "to_review": ("second_review", "approved", "draft", "void"),
        "second_review": ("approved", "draft", "void"),
        "approved": ("to_review",),
    },
    rank={"approved": 30, "second_review": 20, "void": 10},
)


class MoneyPaper(Record, kw_only=True, frozen=True):
    """A receipt, a payment, a transfer, or an income or expense that no order speaks of."""

    owned_by: ClassVar[str] = "maker"
    under: ClassVar[Mapping[str, str] | None] = {"account": "money_account", "document": "sales_order"}
    partition: ClassVar[Partition] = BRANCH
    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = PAPER_FLOW
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("party",), ("document",), ("reverses",), ("account",))

    number: Text = ""
    kind: PaperKind = "receipt"
    account: AccountId = ""
    to_account: Annotated[AccountId, Label("Into account")] = ""
    party: Annotated[Id, Group("party")] = ""
    party_kind: Annotated[PartyKind, Group("party")] = "customer"
    item: Annotated[MoneyItemId, Label("For")] = ""
    amount: Money = 0
    fee: Money = 0
    rate: Annotated[Price, Group("exchange")] = 0
    """Between two currencies: what one unit of what leaves is worth in what comes, in ten-thousandths."""
    to_amount: Annotated[Money, Group("exchange")] = 0
    day: Day = ""
    document: Id = ""
    about: Annotated[Text, Label("Document number")] = ""
    settles: Annotated[bool, Label("Settle the oldest first")] = False
    note: Words = ""
    mark: Annotated[Text, Group("mark")] = ""
    mark_id: Annotated[MarkId, Group("mark")] = ""
    mark_colour: Annotated[Text, Group("mark")] = ""
    maker: Annotated[EmployeeId, Label("Written by")] = ""
    reviewer: Annotated[EmployeeId, Label("First reviewed by")] = ""
    reverses: PaperId = ""
    """The paper whose mistake this one answers (红冲); its amount is then below nothing."""


class MoneyPaperLine(Record, kw_only=True, frozen=True):
    """One part of a paper that names several accounts, items or debts. The parts come to the paper's amount.

    A paper without parts is one part itself.
    """

    under: ClassVar[Mapping[str, str] | None] = {"money_paper": "money_paper"}
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("money_paper", "place"),)

    money_paper: PaperId = ""
    place: int = 0
    amount: Money = 0
    account: AccountId = ""
    item: MoneyItemId = ""
    pays: Id = ""
    """The debt, or the prepayment, that this part settles."""
    paid_kind: Annotated[PaidKind, Label("paid_kind")] = "for_goods"


TILL_FLOW = Flow(start="open", steps={"open": ("closed",), "closed": ()}, rank={"closed": 10})


class CashSession(Record, kw_only=True, frozen=True):
    """One person's time at a drawer, from counting it in the morning to counting it at the end (收银班次).

    Its moves are the lines of the drawer's journal between `first` and `last`.
    """

    partition: ClassVar[Partition] = BRANCH
    history: ClassVar[bool] = True
    flow: ClassVar[Flow | None] = TILL_FLOW
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("account", "state"),
        ("made_at", "id"),
        ("state", "made_at", "id"),
    )

    number: Text = ""
    account: AccountId = ""
    opened_by: EmployeeId = ""
    float_counted: Annotated[Money, Label("Counted when opened")] = 0
    first: int = 0
    closed_by: Annotated[EmployeeId, Group("close")] = ""
    closed_at: Annotated[Moment, Group("close")] = 0
    last: Annotated[int, Group("close")] = 0
    expected: Annotated[Money, Group("close")] = 0
    counted: Annotated[Money, Group("close"), Label("Counted")] = 0
    note: Annotated[Words, Group("close")] = ""


ACCOUNT_BALANCE = Sum("account_balance", by=("account",), of=("amount",))
ACCOUNT_DAY = Sum("account_day", by=("account", "day"), of=("came", "went"))
ITEM_DAY = Sum("item_day", by=("item", "day"), of=("came", "went"))
PARTY_CHARGED = Sum("party_charged", by=("party", "party_kind"), of=("amount",), loose=True)
PARTY_RECEIVED = Sum("party_received", by=("party", "party_kind"), of=("amount",), loose=True)
CHARGED_FOR = Sum("charged_for", by=("document",), of=("amount",))
RECEIVED_FOR = Sum("received_for", by=("document",), of=("amount",))
RECEIVED_BY = Sum("received_by", by=("paper",), of=("amount",))
ALLOCATED_TO = Sum("allocated_to", by=("charge",), of=("amount",))
ALLOCATED_FROM = Sum("allocated_from", by=("paper",), of=("amount",))
PARTY_OPEN = Sum("party_open", by=("party", "party_kind"), of=("owed", "prepaid"), loose=True)


class MoneyMoved(Fact, kw_only=True, frozen=True):
    """Money came into an account or left it. The owner of the account gave it its place and the balance after it."""

    under: ClassVar[Mapping[str, str] | None] = {"account": "money_account"}
    feeds: ClassVar[tuple[Sum, ...]] = (ACCOUNT_BALANCE, ACCOUNT_DAY, ITEM_DAY)
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("account", "seq"), ("paper",))

    account: AccountId = ""
    amount: Money = 0
    came: Money = 0
    went: Money = 0
    balance: Money = 0
    seq: int = 0
    paper: PaperId = ""
    item: MoneyItemId = ""
    day: Day = ""


class Charged(Fact, kw_only=True, frozen=True):
    """A party came to owe the shop, or the shop to owe it where the amount is below nothing."""

    under: ClassVar[Mapping[str, str] | None] = {"document": "sales_order"}
    feeds: ClassVar[tuple[Sum, ...]] = (PARTY_CHARGED, CHARGED_FOR)
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("party", "day", "amount"), ("document",))

    party: Id = ""
    party_kind: PartyKind = "customer"
    amount: Money = 0
    document: Id = ""
    number: Text = ""
    kind: Text = ""
    due_on: Day = ""
    day: Day = ""


class Received(Fact, kw_only=True, frozen=True):
    """A party paid the shop, or was paid by it where the amount is below nothing."""

    under: ClassVar[Mapping[str, str] | None] = {"document": "sales_order"}
    feeds: ClassVar[tuple[Sum, ...]] = (PARTY_RECEIVED, RECEIVED_FOR, RECEIVED_BY)
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("party", "day", "amount"), ("document",), ("paper",))

    party: Id = ""
    party_kind: PartyKind = "customer"
    amount: Money = 0
    document: Id = ""
    paper: PaperId = ""
    day: Day = ""


class Allocated(Fact, kw_only=True, frozen=True):
    """Part of what speaks for a party settles part of what speaks against it (核销).

    `paper` is the one that speaks for the party: a receipt, or a charge below nothing. `charge` is what it settles: a
    charge, or money paid out. The amount is more than nothing; below nothing it takes an earlier one back.
    """

    feeds: ClassVar[tuple[Sum, ...]] = (ALLOCATED_TO, ALLOCATED_FROM)
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("paper",), ("charge",))

    paper: Id = ""
    charge: Id = ""
    amount: Money = 0


class Agreed(Fact, kw_only=True, frozen=True):
    """A party said that a statement is right."""

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("party", "day_to"),)

    party: Id = ""
    day_from: Day = ""
    day_to: Day = ""
    closing: Money = 0
