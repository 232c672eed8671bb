"""Every page that a person can reach: nothing stands in anybody's way, nothing sticks out, nothing leaves the box."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.boxes import Box
from tests.browser.tablet import WIDTHS, Tablet
from tests.browser.ways import WAYS, addresses, missed


def test_a_way_leads_to_every_page(shown: Box) -> None:
    assert missed(shown) == []


@pytest.mark.parametrize("size", ["tablet", "phone"])
@pytest.mark.parametrize("way", WAYS)
def test_every_page_is_open_to_everybody_and_nothing_sticks_out(
    way: str, size: str, shown: Box, new_tablet: Callable[..., Tablet]
) -> None:
    """Light on a tablet and dark on a phone, the languages in turn; then every width of that kind is tried."""
    wrong: list[str] = []
    phone = size == "phone"
    lang = "zh" if (WAYS.index(way) % 2 == 0) != phone else "en"
    tablet = new_tablet(shown, size=size, theme="dark" if phone else "light", lang=lang)
    widths = [width for width in WIDTHS if (width < 720) == phone]
    for path in addresses(shown, way):
        tablet.expected = ("status of 404",) if path == "/nowhere" else ()
        tablet.go(path, status=404 if path == "/nowhere" else 200)
        wrong += [f"{path}: {one}" for one in tablet.violations()]
        wrong += [f"{path}: {one}" for one in tablet.sideways(*widths, 390 if phone else 1180)]
    assert "\n".join(wrong) == ""
