"""Near: boxes on one network announce themselves and hear of each other by multicast DNS (RFC 6762, RFC 6763).

What is heard is a hint where to knock, never a proof of who answers: that is the channel's business. Two services are
announced, `_shopbox._tcp` for boxes and `_http._tcp` for browsers. The library neither watches addresses nor guards
the host's name, so both are done here: a change of addresses closes and announces anew, and a host name that answers
with somebody else's address gets a number behind it. Names that two took at one moment are settled by `rivals`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from appliance.journal.certificate import chain_of

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncZeroconf

log = logging.getLogger("appliance.near")
_ID, _GROUP = re.compile("[0-9a-f]{16}"), re.compile("[0-9a-f]{8}")
BOXES, BROWSERS = "_shopbox._tcp.local.", "_http._tcp.local."
WATCH_S = 1.0
ASK_TURNS = 20
"""Every how many looks it is asked who else goes by our names."""
QUESTION_MS = 900
RESOLVE_MS = 3_000
MOST_NAMES = 100
LABEL_BYTES = 63
MOST_HEARD = 1_000
"""Boxes remembered at a time; a network that shouts more names than that is not a shop's."""


@dataclass(frozen=True)
class Announced:
    """What a box says of itself to everybody on the network: nothing personal, nothing that helps a thief."""

    box: bytes
    root: bytes
    title: str
    """The shop's and the box's name, as people see it in a list."""
    port: int
    version: str = ""
    waiting: bool = False
    """The box is empty and waits to be let into a chain."""

    @property
    def host(self) -> str:
        """The host's name; it carries the box's name, so that boxes made alike do not share one."""
        return f"shop-{self.box.hex()[:6]}"

    @property
    def facts(self) -> dict[str, str]:
        """The TXT record (appliance.md section 6)."""
        return {
            "txtvers": "1",
            "id": self.box.hex()[:16],
            "grp": group_of(self.root),
            "proto": "1",
            "ver": self.version,
            "setup": "1" if self.waiting else "0",
        }


@dataclass(frozen=True)
class Heard:
    """A box that somebody on the network claims to be."""

    id: str
    """The first eight bytes of the box's name, in hex."""
    group: str
    title: str
    urls: tuple[str, ...]
    version: str
    waiting: bool


class Near:
    """Announces one box and listens for others until it is cancelled."""

    def __init__(
        self,
        me: Announced,
        *,
        heard: Callable[[Heard], None] = lambda _: None,
        addresses: Callable[[], list[str]] | None = None,
        announcing: bool = True,
    ) -> None:
        self.me = me
        self._announcing = announcing
        self.boxes: dict[str, Heard] = {}
        """By the name of the service on the network."""
        self.host = ""
        self.doubled = False
        """Another machine answers under this box's name: perhaps a copied card."""
        self._heard = heard
        self._addresses = addresses or own_addresses
        self._asking: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Announce, listen, and begin anew whenever the addresses change; says goodbye when cancelled."""
        while True:
            here = self._addresses()
            if not here:
                await asyncio.sleep(WATCH_S)
                continue
            try:
                await self._stay(here)
            except OSError as error:
                # The network goes away while the sockets are opened; the next look finds what is left of it.
                log.info("The network is not ready: %s", error)
                await asyncio.sleep(WATCH_S)

    async def _stay(self, here: list[str]) -> None:
        from zeroconf import IPVersion
        from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

        zone = AsyncZeroconf(ip_version=IPVersion.All)
        try:
            services = await self._announce(zone, here)
            browser = AsyncServiceBrowser(zone.zeroconf, [BOXES], handlers=[self._changed])
            await self._keep(zone, services, here)
            await browser.async_cancel()
        finally:
            self.boxes.clear()
            for task in self._asking:
                task.cancel()
            await zone.async_unregister_all_services()
            await zone.async_close()

    async def _announce(self, zone: AsyncZeroconf, here: list[str]) -> list[ServiceInfo]:
        if not self._announcing:
            return []
        self.host = await self._free_host(zone, here)
        services = [self._service(kind, here) for kind in (BOXES, BROWSERS)]
        for service in services:
            await zone.async_register_service(service, allow_name_change=True)
        return services

    async def _keep(self, zone: AsyncZeroconf, services: list[ServiceInfo], here: list[str]) -> None:
        """Stay until the addresses change, or until a name has to be given up to somebody who took it too."""
        from appliance.sync.boxes.rivals import Rivals

        rivals = Rivals(self.host, here, services)
        zone.zeroconf.async_add_listener(rivals, None)
        for turn in count():
            if self._addresses() != here or rivals.stronger:
                return
            if services and turn % ASK_TURNS == 0:
                zone.zeroconf.async_send(rivals.question())
            if rivals.heard:
                # The other's goodbye takes the name off everybody's list; it is still ours.
                rivals.heard = False
                for service in services:
                    await zone.async_update_service(service)
            await asyncio.sleep(WATCH_S)

    async def _free_host(self, zone: AsyncZeroconf, here: list[str]) -> str:
        """Find a host's name that nobody else on the network answers to (what RFC 6762 section 8.1 calls probing)."""
        from zeroconf import AddressResolver  # type: ignore[attr-defined]

        for number in range(1, MOST_NAMES):
            name = self.me.host if number == 1 else f"{self.me.host}-{number}"
            asked = AddressResolver(f"{name}.local.")
            answered = await asked.async_request(zone.zeroconf, QUESTION_MS)
            if not answered or set(asked.parsed_addresses()) <= set(here):
                self.doubled = number > 1
                if self.doubled:
                    log.warning("Another machine answers as %s: was a card copied?", self.me.host)
                return name
        return f"{self.me.host}-{MOST_NAMES}"

    def _service(self, kind: str, here: list[str]) -> ServiceInfo:
        from zeroconf import ServiceInfo

        title = _label(self.me.title)
        return ServiceInfo(
            kind,
            f"{title}.{kind}",
            port=self.me.port,
            properties=self.me.facts,
            server=f"{self.host}.local.",
            parsed_addresses=here,
        )

    def _changed(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change.name == "Removed":
            self.boxes.pop(name, None)
            return
        if len(self._asking) + len(self.boxes) < MOST_HEARD:
            task = asyncio.ensure_future(self._ask(zeroconf, service_type, name))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _ask(self, zone: Zeroconf, kind: str, name: str) -> None:
        from zeroconf import IPVersion
        from zeroconf.asyncio import AsyncServiceInfo

        told = AsyncServiceInfo(kind, name)
        if not await told.async_request(zone, RESOLVE_MS):
            return
        found = understood(name, told.decoded_properties, told.parsed_scoped_addresses(IPVersion.All), told.port or 0)
        if found is not None and found.id != self.me.facts["id"]:
            self.boxes[name] = found
            self._heard(found)


def understood(name: str, facts: Mapping[str, str | None], addresses: Iterable[str], port: int) -> Heard | None:
    """Read what a service told; None for what no box of ours would tell."""
    box, group = facts.get("id") or "", facts.get("grp") or ""
    if not _ID.fullmatch(box) or not _GROUP.fullmatch(group) or not 0 < port < 65_536:
        return None
    urls = tuple(url_of(address, port) for address in addresses)
    title = name.removesuffix(f".{BOXES}")
    return Heard(box, group, title, urls, (facts.get("ver") or "")[:20], facts.get("setup") == "1")


def group_of(root: bytes) -> str:
    """Name a chain on the network: enough to find one's own, nothing to learn from."""
    return chain_of(root).hex()[:8]


def url_of(address: str, port: int) -> str:
    """Where to knock at an address, IPv6 in brackets."""
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def own_addresses() -> list[str]:
    """This machine's addresses that others can reach, IPv4 first.

    Link-local IPv6 stays out: a browser cannot use an address that needs the name of an interface.
    """
    import ifaddr

    found: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = []
    for adapter in ifaddr.get_adapters():
        for one in adapter.ips:
            address = ipaddress.ip_address(one.ip if isinstance(one.ip, str) else one.ip[0])
            useless = address.is_loopback or address.is_multicast or (address.version == 6 and address.is_link_local)
            if not useless:
                found.append(address)
    return [str(one) for one in sorted(found, key=lambda one: (one.version, int(one)))]


def _label(title: str) -> str:
    """Cut a name to what a DNS label holds, between characters; a dot would end the label."""
    return title.replace(".", " ").encode()[:LABEL_BYTES].decode("utf-8", "ignore").strip() or "shop"
