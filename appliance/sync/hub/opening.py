"""Opening: a hub's log and the circle of the chain know of each other, whatever process learns something first."""

from appliance.sync.boxes.circle import Circle
from appliance.sync.hub.log import HubLog
from appliance.sync.hub.rules import Rules


def in_circle(log: HubLog, circle: Circle) -> HubLog:
    """Let the circle know whom the database knows, now and whenever that changes, and the other way round."""

    def changed(rules: Rules) -> None:
        for _, raw in rules.certificates.values():
            circle.learn(raw)

    def cut_off(box: bytes) -> bool:
        return log.rules.limits.cut_off(box)

    log.changed, circle.cut_off = changed, cut_off
    for known in circle.everybody:
        log.admit(known)
    circle.keep = log.admit
    log.refresh()
    return log
