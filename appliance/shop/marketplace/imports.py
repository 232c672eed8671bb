"""What the clerk writes about an import, inside the entries of the person who laid the file in."""

from appliance.journal import Desk
from appliance.shop.marketplace.records import ImportJob
from appliance.shop.marketplace.storing import Tally
from appliance.shop.marketplace.submitting import submit_order
from appliance.shop.marketplace.told import Told

MOST_NAMED = 60


def tell_checked(desk: Desk, import_job: str, told: Told, tally: Tally, errors: str) -> None:
    """Write down what taking the file in would do."""
    if desk.state(ImportJob, import_job) != "laid_in":
        return
    desk.change(
        ImportJob,
        import_job,
        kind=told.kind,
        profile=told.profile,
        encoding=told.encoding,
        total=told.portions,
        added=tally.added,
        changed_orders=tally.changed,
        same=tally.same,
        older=tally.older,
        bad=len(told.bad),
        repeated=told.repeated,
        errors=errors,
        warnings=told.warnings,
        ignored=[heading[:MOST_NAMED] for heading in told.ignored[:MOST_NAMED]],
    )
    desk.step(ImportJob, import_job, to="checked")


def tell_unreadable(desk: Desk, import_job: str, sentence: str, params: dict[str, str]) -> None:
    """Write down why a file cannot be read."""
    if desk.state(ImportJob, import_job) in {"laid_in", "running"}:
        desk.change(ImportJob, import_job, message=sentence, params=params)
        desk.step(ImportJob, import_job, to="unreadable")


def pass_over(desk: Desk, import_job: str, late: tuple[int, str, str]) -> bool:
    """Go past an order that cannot be stored, and say which and why; False when somebody stopped the import."""
    if desk.state(ImportJob, import_job) != "running":
        return False
    standing = desk.get(ImportJob, import_job)
    desk.change(ImportJob, import_job, taken=standing.taken + 1, late=[*standing.late, late])
    return True


def submit_counted(desk: Desk, import_job: str, raw_order: str) -> bool:
    """Submit an order and count it in one entry, so that the count is true wherever the import is cut off.

    False when somebody stopped the import.
    """
    if desk.state(ImportJob, import_job) != "running":
        return False
    submit_order(desk, raw_order)
    desk.change(ImportJob, import_job, submitted=desk.get(ImportJob, import_job).submitted + 1)
    return True


def close_import(desk: Desk, import_job: str, kept_back: int, bad: int, errors: str) -> bool:
    """Write down how an import ended; False when somebody stopped it meanwhile."""
    if desk.state(ImportJob, import_job) != "running":
        return False
    desk.change(ImportJob, import_job, not_submitted=kept_back, bad=bad, errors=errors)
    desk.step(ImportJob, import_job, to="done")
    return True
