"""Doubles: two files for one person. Merging rewrites nothing; the younger file only stands for the older one."""

from appliance.journal import Desk, Refusal, action, derive
from appliance.shop.customers.matching import current
from appliance.shop.customers.records import Alias, AliasId, Customer, CustomerId, DistinctPair

UNDONE_WITHIN_DAYS = 30
DAY_MS = 24 * 3600 * 1000


@action(
    "Merge customers",
    undo="customers.unmerge",
    confirm="Both files become one under the older number, with orders and money of both. Undo it within 30 days.",
)
def merge(desk: Desk, *, customer: CustomerId, other: CustomerId) -> str:
    """The older file stands; the younger number keeps working."""
    desk.get(Customer, customer)
    desk.get(Customer, other)
    older, younger = sorted((current(desk, customer), current(desk, other)))
    if older == younger:
        raise Refusal("These are one customer already.", field="other")
    alias = desk.put(Alias(id=derive("alias", younger), customer=younger, canonical=older, merged_at=desk.at))
    desk.about(older)
    desk.about(younger)
    return alias


@action("Undo the merge")
def unmerge(desk: Desk, *, alias: AliasId) -> None:
    """Both files stand by themselves again."""
    merged = desk.get(Alias, alias)
    if desk.at - merged.merged_at > UNDONE_WITHIN_DAYS * DAY_MS:
        raise Refusal("This merge is older than {days} days and cannot be undone any more.", days=UNDONE_WITHIN_DAYS)
    desk.remove(Alias, alias)
    desk.about(merged.canonical)
    desk.about(merged.customer)


@action("These are two people")
def tell_apart(desk: Desk, *, customer: CustomerId, other: CustomerId) -> str:
    """They share a phone or a name and are two people all the same; nobody is asked again."""
    one, two = sorted((current(desk, customer), current(desk, other)))
    if one == two:
        raise Refusal("These are one customer already.", field="other")
    return desk.put(DistinctPair(id=derive("distinct", one, two), customer=one, other=two))
