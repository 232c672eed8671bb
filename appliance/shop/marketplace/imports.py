"""What the clerk writes about an import, inside the entries of the person who laid the file in."""

from appliance.journal import Desk
from appliance.shop.marketplace.records import ImportJob
from appliance.shop.marketplace.storing import Tally
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


def pass_over(desk: Desk, import_job: str) -> bool:
    """Go past an order that cannot be stored; False when somebody stopped the import."""
    if desk.state(ImportJob, import_job) != "running":
        return False
    desk.change(ImportJob, import_job, taken=desk.get(ImportJob, import_job).taken + 1)
    return True


def close_import(desk: Desk, import_job: str, counts: tuple[int, int], bad: int, errors: str) -> None:
    """Write down how an import ended."""
    if desk.state(ImportJob, import_job) != "running":
        return
    desk.change(ImportJob, import_job, submitted=counts[0], not_submitted=counts[1], bad=bad, errors=errors)
    desk.step(ImportJob, import_job, to="done")
