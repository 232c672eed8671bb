"""The screens: processor time against the bare stack with the same statements and rows, statements, bytes."""

import gzip
import html
import re
from collections.abc import Iterator

from appliance.assembly import rooms
from appliance.serving import pages_of
from appliance.web.assets import STATIC, read_static
from appliance.web.listing import Listing
from appliance.web.placing import found_by_place
from bench import shops
from bench.house import House, bare_stack, open_shop
from bench.inside import Inside, inside
from bench.report import Figure

ROUNDS, TIMES = 5, 120
LIST, STOCK = "/orders", "/stock"


def figures() -> Iterator[Figure]:
    """Measure."""
    folder = shops.small()
    with open_shop(folder, shops.OWNER_PIN) as house:
        cookies = house.cookies
        order = first_row(house.page(f"{LIST}?view=to-ship"))
    with inside(folder) as box:
        later = box.get(STOCK, cookies)[1]
        more = html.unescape(re.findall(rb'rel="next" href="([^"]+)"', later)[0].decode())
        screens = (
            ("order list of 50 rows", [LIST], 2.0),
            ("one order", [f"/orders/{order}"], 2.5),
            ("stock of 100 SKUs", [STOCK, more], 2.0),
        )
        asked = {path: _asked(box, path, cookies) for _, paths, _ in screens for path in paths}
        counted = list(_statements(box, cookies, order))
        phones = box.journal.reading().execute("select normal, customer from customer_phone where masked = 0 limit 200")
        known = phones.fetchall()
    with open_shop(folder, shops.OWNER_PIN) as house, bare_stack(folder, asked) as bare:
        for name, paths, goal in screens:
            ours, theirs = _both(house, bare, paths)
            note = f"{ours:.2f} ms against {theirs:.2f}"
            yield Figure(f"{name}, CPU against the bare page", ours / theirs, goal, note=note)
        yield _caller(house, known)
        yield from counted
        yield from _bytes(house)


def first_row(page: bytes) -> str:
    """The key of the first row of a list."""
    return re.findall(rb"<tr id=\"?([-\w]{22})", page)[0].decode()


def _both(house: House, bare: House, paths: list[str]) -> tuple[float, float]:
    """Processor milliseconds of ours and the bare page, alternating; the least of several, the rest being noise."""
    house.cpu_of(paths, 20)
    bare.cpu_of(paths, 20)
    told = [(house.cpu_of(paths, TIMES), bare.cpu_of(paths, TIMES)) for _ in range(ROUNDS)]
    return min(one for one, _ in told), min(one for _, one in told)


def _asked(box: Inside, path: str, cookies: dict[str, str]) -> list[str]:
    """The statements that a screen makes when nothing changed since it was last shown."""
    box.get(path, cookies)
    return box.get(path, cookies)[2]


def _caller(house: House, known: list) -> Figure:
    """Whose number it is, and what they last bought; a different customer each time."""
    find, orders = ([f"/find?q={row[0]}" for row in known], [f"/panel/orders/of-customer/{row[1]}" for row in known])
    both = [house.cpu_of(find, len(find)) + house.cpu_of(orders, len(orders)) for _ in range(ROUNDS)]
    return Figure("a customer by phone, with the last orders, CPU", min(both), 0.5, "ms")


def _statements(box: Inside, cookies: dict[str, str], order: str) -> Iterator[Figure]:
    few, many = f"{LIST}?view=frozen", LIST
    counts = {}
    for path in (
        "/",
        many,
        few,
        f"/orders/{order}",
        STOCK,
        "/customers",
        "/marketplace",
        "/shipping",
        "/accounts/papers",
    ):
        _, body, told = box.get(path, cookies, cold=True)
        counts[path] = (len(told), len(re.findall(rb"<tr id=", body)))
    most = max(counts, key=lambda path: counts[path][0])
    yield Figure("statements of a screen, nothing remembered, the most", counts[most][0], 6, "", note=f"{most}")
    note = f"{counts[few][1]} rows and {counts[many][1]} rows"
    yield Figure("statements of the order list, many rows against few", counts[many][0] / counts[few][0], 1, note=note)


def _bytes(house: House) -> Iterator[Figure]:
    page = house.page(LIST)
    yield Figure("order list of 50 rows, HTML", len(page) / 1e3, 18, "kB")
    older = html.unescape(re.findall(rb'rel="next" href="([^"]+)"', page)[0].decode())
    here = {"HX-Current-URL": f"http://127.0.0.1:{house.port}{LIST}"}
    yield Figure(
        "order list turned to its next page, HTML against the whole", len(house.pane(older, here)) / len(page), 0.6
    )
    shown = re.findall(rb'data-shown="(\w+)"', page)[0].decode()
    again = len(house.pane(LIST, {"X-Look": "true", "X-Shown": shown})) / len(page)
    yield Figure("order list looked at again, nothing new, HTML against the whole", again, 0.6)
    yield Figure("order list of 50 rows, compressed", len(gzip.compress(page)) / 1e3, 4, "kB")
    yield Figure("the whole front end, compressed", front_end_bytes() / 1e3, 60, "kB")


def front_end_bytes() -> int:
    """What a browser fetches once, as it travels."""
    static = read_static(STATIC)
    listings = [one for room in rooms() for one in pages_of(room).pages if isinstance(one, Listing)]
    static |= {"front.css": found_by_place(static["front.css"], listings)}
    fetched = [file.content for name, file in static.items() if name.endswith((".css", ".js", ".svg"))]
    return sum(len(gzip.compress(content, 9)) for content in fetched)
