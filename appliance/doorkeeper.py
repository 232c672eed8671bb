"""The doorkeeper: what the front of house must know of people and tablets, told from the room that keeps them."""

from collections.abc import Sequence

from appliance.journal import Desk, Journal, Rights
from appliance.shop import staff
from appliance.shop.staff import Vouched, signin
from appliance.shop.staff.actions import enrol_device
from appliance.web.signin import Device, Person

NOT_ON_THE_SPOT = frozenset({"staff", "settings", "branches"})
"""Rooms whose deeds are for those who may do them, at their own sign-in: rights, rules, and other boxes."""


class Doorkeeper:
    """Stands between `web`, which knows no room, and `staff`, which knows no web."""

    tables = frozenset({"employee", "pin", "role", "device"})
    enrolling = enrol_device.name
    vouching = "vouched"

    def __init__(self, journal: Journal, branch: str) -> None:
        self._journal = journal
        self._branch = branch

    def people(self) -> Sequence[Person]:
        """Everybody who may sign in here now."""
        return [Person(row["id"], row["name"], row["role"]) for row in signin.people(self._journal)]

    def person(self, employee: str) -> Person | None:
        """One of them; None for who has left or was disabled."""
        row = signin.person(self._journal, employee)
        return Person(row["id"], row["name"], row["role"]) if row else None

    def rights(self, employee: str) -> Rights:
        """What they may do."""
        return staff.rights_of(self._desk(employee), employee)

    def check(self, employee: str, pin: str) -> bool:
        """Tell whether the PIN is right. Slow on purpose: called in a thread."""
        return staff.check_pin(self._desk(employee), employee, pin)

    def device(self, key_hash: str) -> Device | None:
        """The device whose key has this hash, unless it was shut out."""
        row = signin.device(self._journal, key_hash)
        return Device(row["id"], row["name"]) if row else None

    def enrol(self, name: str, key_hash: str, who: str) -> str:
        """Let a device in; returns its id. Waits for the writer: called in a thread."""
        return enrol_device(self._desk(who), name=name, key_hash=key_hash)

    def may_vouch(self, permission: str) -> bool:
        """Whether somebody may approve such a thing at another's tablet; who may do what is not given away so."""
        return permission.partition(".")[0] not in NOT_ON_THE_SPOT

    def backers(self, permission: str, exceeds: tuple[str, int] | None) -> Sequence[Person]:
        """Who may do it, and may go as far."""
        return [Person(*found) for found in staff.backers(self._desk(""), permission, exceeds)]

    def vouch(self, desk: Desk, supervisor: str) -> None:
        """Write beside what an action did who put their PIN under it."""
        desk.add(Vouched(supervisor=supervisor, action=desk.action))
        desk.about()

    def _desk(self, who: str) -> Desk:
        return self._journal.desk(who=who, branch=self._branch)
