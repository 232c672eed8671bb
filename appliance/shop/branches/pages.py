"""What can be seen of the branches: what has to be settled between boxes."""

from appliance.shop.branches.inbox import pages as inbox
from appliance.web import Rail

PAGES = [*inbox.PAGES]
PROBLEMS = {**inbox.PROBLEMS}
RAIL = Rail(
    "To be settled",
    place=80,
    icon="i-merge",
    href="/inbox",
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
}
