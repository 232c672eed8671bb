"""Who else goes by our names: boxes that start at one moment, or on two halves of a network, cannot hear each other probe.

Both then announce one name, and lists show one box where two stand. The library probes before it announces and does
not look again, so what RFC 6762 section 9 asks for is done here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from zeroconf import (  # type: ignore[attr-defined]
    DNSAddress,
    DNSOutgoing,
    DNSQuestion,
    DNSService,
    RecordUpdate,
    RecordUpdateListener,
    ServiceInfo,
    Zeroconf,
)

QUERY, INTERNET, SERVICE, ADDRESS = 0x0000, 1, 33, 1
"""Flags, class and types of a question (RFC 1035 section 3.2, RFC 2782)."""


class Rivals(RecordUpdateListener):
    """Hears every record that comes; says whether a name of ours is claimed by another, and who is to give it up."""

    def __init__(self, host: str, here: Collection[str], services: Collection[ServiceInfo]) -> None:
        self._host = f"{host}.local."
        self._services = services
        self._here = {ipaddress.ip_address(one).packed for one in here}
        self.heard = False
        """Somebody claims a name of ours, or takes that back."""
        self.stronger = False
        """Whoever claims it keeps it: of two, the one whose record sorts later (RFC 6762 section 8.2)."""

    def question(self) -> DNSOutgoing:
        """Who goes by our names? Asked aloud, for what another announced before it could be heard is not said again."""
        asked = DNSOutgoing(QUERY)
        for service in self._services:
            asked.add_question(DNSQuestion(service.name, SERVICE, INTERNET))
        asked.add_question(DNSQuestion(self._host, ADDRESS, INTERNET))
        return asked

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:
        """Called by the library for each packet."""
        del zc, now
        ours = {service.name.lower() for service in self._services}
        for record in (update.new for update in records):
            if isinstance(record, DNSService) and record.name.lower() in ours:
                self._look(record.server.lower() != self._host, record.server.lower() > self._host, record.ttl)
            elif isinstance(record, DNSAddress) and record.name.lower() == self._host:
                self._look(record.address not in self._here, record.address > max(self._here), record.ttl)

    def _look(self, other: bool, stronger: bool, ttl: float) -> None:
        self.heard |= other
        self.stronger |= other and stronger and ttl > 0
