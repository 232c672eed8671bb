"""The liaison: stands between the room of the branches, which knows no wire, and those who speak with other boxes."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from appliance import __version__
from appliance.journal import Journal, Refusal
from appliance.journal.certificate import Certificate
from appliance.shop.branches import actions
from appliance.shop.branches.boxes import written_revoke
from appliance.shop.branches.neighbours import Bundle, Carried, Invitation, Progress, Standing, Trouble
from appliance.sync.boxes import meetings
from appliance.sync.boxes.company import Company
from appliance.sync.boxes.stick import Taken, Written, places
from appliance.web.live import Link

STATES = {"open": "open", "tried": "open", "joined": "joined", "wrong": "wrong", "closed": "refused"}


class Liaison:
    """Answers what the screens of the branches ask."""

    def __init__(
        self,
        journal: Journal,
        company: Company,
        branch: str,
        folder: Path,
        *,
        sticks: Callable[[], Sequence[Path]] = places,
    ) -> None:
        self._journal = journal
        self._company = company
        self._branch = branch
        self._folder = folder
        self._sticks = sticks
        self._invited_by = ""
        self._code = ""
        company.admitted = self._admit

    # ---- who is who

    @property
    def box(self) -> str:
        """This box's name among boxes."""
        return self._journal.author[:16].hex()

    @property
    def version(self) -> str:
        """The version of this box."""
        return __version__

    @property
    def holds_owner_key(self) -> bool:
        """The owner's key lies here."""
        return (self._folder / "root.key").exists()

    def recovery_sheet(self) -> str:
        """The owner's key as it stands on paper."""
        return self._company.root_key().sheet

    def waiting(self) -> Sequence[str]:
        """Boxes without a shop that announce themselves on this network."""
        return sorted(one.title for one in self._company.strangers() if one.waiting)

    def introduce(self) -> None:
        """Write down who belongs to the chain, where nobody has.

        A box that does not know a newcomer's certificate refuses what the newcomer writes, so its line must come from
        somebody who is known already.
        """
        rows = self._journal.reading().execute("select box from member where certificate <> ''")
        written = {row[0] for row in rows}
        # A newcomer knows certificates before it knows what people wrote beside them, and must not write over that.
        everybody = self._company.circle.everybody
        if not written and len(everybody) > 1 and not self.holds_owner_key:
            return
        desk = self._journal.desk(who="", device="start", branch=self._branch)
        for one in everybody:
            if one.box.hex() not in written:
                with suppress(Refusal):
                    actions.let_in(desk, certificate=one.text)

    # ---- how it stands

    def standings(self) -> Sequence[Standing]:
        """How it stands with every other box."""
        return [_standing(one) for one in self._company.standings()]

    def copies(self) -> Sequence[str]:
        """The boxes of which a second history is known."""
        rows = self._journal.reading().execute(
            "select distinct lower(hex(substr(p.author, 1, 16))) from forked f join log_place p on p.n = f.place"
        )
        return [row[0] for row in rows]

    def meet(self, box: str) -> None:
        """Talk with a box now."""
        self._company.courier.meet(bytes.fromhex(box))

    def link(self) -> Link:
        """Say in one word how this box stands with the others; hubs speak for everybody where there are any."""
        present = [one for one in self._company.standings() if not one.revoked and not self._gone(one.box)]
        asked = [one for one in present if one.role == "hub"] or present
        away = [one for one in asked if not one.in_touch or one.trouble is not None]
        if away:
            return Link("off", max(one.waiting_here for one in away))
        return Link("busy" if any(one.waiting_here or one.waiting_there for one in asked) else "fresh")

    def _gone(self, box: str) -> bool:
        row = self._journal.reading().execute("select gone from member where box = ?", (box,)).fetchone()
        return row is not None and row[0] != ""

    # ---- letting in and putting out

    def invite(self, *, code: str, branch: str, sheet: str, who: str) -> None:
        """Open the door to one box."""
        self._invited_by, self._code = who, code
        self._company.invite(code=code, branch=branch, sheet=sheet)

    @property
    def invitation(self) -> Invitation | None:
        """The door as it stands."""
        found = self._company.host.invitation
        if found is None:
            return None
        seconds = max(0, (found.until_ms - self._journal.clock.ticks_ms()) // 1000)
        state = STATES[found.state]
        if state == "open" and not seconds:
            state = "closed"
        return Invitation(found.digits, seconds, state, found.sign, self._code)  # type: ignore[arg-type]

    def close_door(self) -> None:
        """Let nobody in any more."""
        self._company.host.close()

    def _admit(self, certificate: Certificate, address: str) -> None:
        """Somebody typed the digits: write the box down before it hears that it is in."""
        desk = self._journal.desk(who=self._invited_by, device="pairing", branch=self._branch)
        member = actions.let_in(desk, certificate=certificate.text)
        if address:
            # Where a hub is, every box of the chain has to know.
            with suppress(Refusal):
                actions.describe_box(desk, member=member, address=address)

    def revocation(self, box: str, sheet: str) -> str:
        """The owner's signed word that a box is out."""
        return written_revoke(self._company.revocation(bytes.fromhex(box), sheet))

    # ---- sticks

    def sticks(self) -> Sequence[Path]:
        """Where sticks are put in."""
        return self._sticks()

    def bundles(self, stick: Path) -> Sequence[Bundle]:
        """What lies on a stick."""
        own = f"{self._journal.box_code}-"
        return [
            Bundle(one.path.name, one.sender, one.made_ms, one.bytes, one.trouble, own=one.path.name.startswith(own))
            for one in self._company.stick.lying(self._checked(stick))
        ]

    def write_stick(self, stick: Path, progress: Progress) -> Carried:
        """Write what the others lack; whoever stops it leaves nothing half behind."""
        zone, where = self._journal.zone_minutes, self._checked(stick)
        before = set(where.glob("*.part"))
        try:
            done: Written = self._company.stick.write(where, zone_minutes=zone, progress=progress)
        finally:
            for left in set(where.glob("*.part")) - before:
                left.unlink(missing_ok=True)
        return Carried(readers=done.readers)

    def read_stick(self, stick: Path, bundle: str, progress: Progress) -> Carried:
        """Take in what somebody carried here."""
        done: Taken = self._company.stick.read(self._checked(stick) / Path(bundle).name, progress=progress)
        return Carried((), done.sender, done.applied, done.refused, done.damaged, done.whole)

    def _checked(self, stick: Path) -> Path:
        """A page names a stick; nothing else of this machine is read or written for it."""
        if stick not in self.sticks():
            raise Refusal("There is no stick any more. Put it in again.")
        return stick


def _standing(one: meetings.Standing) -> Standing:
    trouble = Trouble(one.trouble.sentence, one.trouble.params, one.trouble_ms) if one.trouble else None
    return Standing(
        box=one.box,
        in_touch=one.in_touch,
        met_ms=one.met_ms,
        agreed_ms=one.agreed_ms,
        waiting_here=one.waiting_here,
        waiting_there=one.waiting_there,
        oldest_ms=one.oldest_ms,
        ahead_ms=one.ahead_ms,
        trusted=one.trusted,
        version=one.version,
        addresses=one.urls,
        trouble=trouble,
    )
