"""What can be seen of the branches: the boxes and how it stands with them, and what has to be settled between them."""

from appliance.shop.branches.chain import pages as chain
from appliance.shop.branches.inbox import pages as inbox
from appliance.shop.branches.pools import pages as pools
from appliance.shop.branches.stick import pages as stick
from appliance.web import Rail

PAGES = [*chain.PAGES, *inbox.PAGES, *pools.PAGES, *stick.PAGES]
PROBLEMS = {**inbox.PROBLEMS}
RAIL = Rail(
    "Branches",
    place=80,
    icon="i-split",
    href="/branches",
    badge=(
        "select count(*) from (select 1 from fork_case where open = 1 and same = 0 "
        "union all select 1 from conflict_case where open = 1 and same = 0 "
        "union all select 1 from rival_case where open = 1 limit 100)"
    ),
    hot=True,
)
LABELS = {
    "open_case": ("any_case", "id", "0"),
    "settlement": ("settlement", "id", "0"),
    "member": ("member_list", "code"),
    "rights_holder": ("rights_holder", "label"),
    "rights_request": ("rights_request", "asker_code", "0"),
}
FORMS = pools.FORMS
