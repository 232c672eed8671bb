"""Consent: whether a call may be recorded, and how the other side learns of it.

The law asks the shop to tell why and how long it keeps what is said, to record nobody who objects, and to let nobody
listen who need not (spec/modem.md 11.1). So nothing is recorded until the owner has accepted these duties.
"""

from dataclasses import dataclass

from appliance.journal import Desk, Refusal, derive
from appliance.shop import customers
from appliance.shop.office.line_records import Call, Notice, NotRecorded, PhoneLine, RecordingRules


@dataclass(frozen=True)
class Plan:
    """Whether to record a call, what to say or sound before, and, if not, why not (a message id)."""

    record: bool
    notice: Notice = "none"
    beep: bool = False
    greeting: str = ""
    why_not: str = ""


def rules_id(branch: str) -> str:
    """The id of a branch's rules."""
    return derive("recording_rules", branch)


def rules(desk: Desk) -> RecordingRules:
    """Return the rules of this branch; those that nobody made yet allow nothing."""
    return desk.find(RecordingRules, rules_id(desk.branch)) or RecordingRules()


def plan(desk: Desk, call: str, *, by_box: bool, asked: bool = False) -> Plan:
    """Decide about a call that was just taken; `asked`: somebody pressed the button, whatever the line's habit."""
    standing, said = desk.get(Call, call), rules(desk)
    line = desk.get(PhoneLine, standing.line)
    if why_not := _objection(desk, standing, line, said, by_box=by_box, asked=asked):
        return Plan(record=False, why_not=why_not)
    notice: Notice = "none"
    if said.announce:
        notice = "played" if by_box and said.greeting else "spoken"
    if notice == "none" and said.beep:
        notice = "beep"
    return Plan(record=True, notice=notice, beep=said.beep, greeting=said.greeting if notice == "played" else "")


def check(desk: Desk, call: str) -> None:
    """Refuse to record a call that must not be."""
    found = plan(desk, call, by_box=False, asked=True)
    if not found.record:
        raise Refusal(found.why_not, code="not_allowed", remedy="/office/recording")


def _objection(desk: Desk, call: Call, line: PhoneLine, said: RecordingRules, *, by_box: bool, asked: bool) -> str:
    if not said.accepted_at:
        return "The owner has not allowed recording yet."
    if not asked and not line.records:
        return "Calls of this line are not recorded."
    if not {"voice", "listen_in"} & set(line.can) or (not by_box and "listen_in" not in line.can):
        return "The device of this line cannot record."
    whose = customers.members(desk, call.customer) if call.customer else []
    if any(_opted_out(desk, one) for one in whose):
        return "This customer does not want to be recorded."
    if said.only_agreed and not any(_agreed(desk, one) for one in whose):
        return "Only customers whose file says that they agree are recorded."
    return ""


def objection_id(customer: str) -> str:
    """The id of a customer's objection."""
    return derive("not_recorded", customer)


def _opted_out(desk: Desk, customer: str) -> bool:
    found = desk.find(NotRecorded, objection_id(customer))
    return found is not None and bool(
        desk.value("select deleted = 0 from not_recorded where id = ?", objection_id(customer))
    )


def _agreed(desk: Desk, customer: str) -> bool:
    return bool(desk.value("select consent_recording from customer where id = ? and deleted = 0", customer))
