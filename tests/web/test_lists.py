"""Lists: pages by key, few statements, totals, filters in the address, and nothing that grows with the years."""

import re
from typing import Any

import pytest

from tests.web.conftest import House, Tablet
from tests.web.toyroom import actions


@pytest.fixture
def shelf(house: House) -> list[str]:
    """A hundred and twenty teas; every third costs the same moment as its neighbour."""
    ids = []
    for n in range(120):
        ids.append(
            house.do(
                actions.create,
                name=f"Tea {n:03d}",
                grade="green" if n % 2 else "black",
                price=1,
                phone=f"1380000{n:04d}",
            )
        )
        if n % 3:
            house.clock.now -= 3
    return ids


def ids_of(page: str) -> list[str]:
    return re.findall(r"<tr id=([^>]+)>", page)


def link(page: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.mark.parametrize("sort", ["", "placed_at-desc", "name-asc", "cost-desc"])
def test_turning_pages_shows_every_row_once_and_leads_back(alice_at: Tablet, shelf: list[str], sort: str) -> None:
    page = alice_at.get(f"/teas?sort={sort}").text
    pages = [ids_of(page)]
    while older := link(page, "next"):
        page = alice_at.get(older).text
        pages.append(ids_of(page))
    assert [len(one) for one in pages] == [50, 50, 20]
    assert sorted(id for one in pages for id in one) == sorted(shelf)
    back = alice_at.get(link(page, "prev")).text
    assert ids_of(back) == pages[1]
    first = alice_at.get(link(back, "prev")).text
    assert ids_of(first) == pages[0] and not link(first, "prev")


def test_a_screen_costs_the_same_few_statements_for_one_row_and_for_fifty(alice_at: Tablet, house: House) -> None:
    house.do(actions.create, name="One", grade="green", price=1)
    one = int(alice_at.get("/teas").headers["x-statements"])
    for n in range(60):
        house.do(actions.create, name=f"Tea {n}", grade="green", price=1)
    page = alice_at.get("/teas")
    assert len(ids_of(page.text)) == 50
    assert one == int(page.headers["x-statements"]) <= 6
    assert int(alice_at.get("/teas").headers["x-statements"]) < one  # what did not change is not asked again
    tea = ids_of(page.text)[0]
    teas = ids_of(page.text)
    for path in (
        f"/teas/{tea}",
        f"/do/toyroom/change?tea={tea}",
        "/search?q=Tea",
        "/teas?q=Tea",
        "/teas?view=draft&grade=green",
    ):
        house.do(actions.put_out, tea=teas.pop())
        assert int(alice_at.get(path).headers["x-statements"]) <= 6, path


def test_saved_views_count_in_words_of_a_hundred(alice_at: Tablet, shelf: list[str], house: House) -> None:
    page = alice_at.get("/teas").text
    assert re.search(r'view=draft">Draft <b class="hot">99\+</b>', page)
    house.do(actions.put_out, tea=shelf[0])
    assert re.search(r'view=open">Open <b>1</b>', alice_at.get("/teas").text)
    assert ids_of(alice_at.get("/teas?view=open").text) == [shelf[0]]


def test_the_foot_adds_up_what_is_shown(alice_at: Tablet, shelf: list[str]) -> None:
    page = alice_at.get("/teas?grade=black").text
    assert "<b>60</b>" in page and "<b>¥76.80</b>" in page


def test_filters_and_search_narrow_and_stand_in_the_address(alice_at: Tablet, shelf: list[str]) -> None:
    assert len(ids_of(alice_at.get("/teas?grade=green").text)) == 50
    assert ids_of(alice_at.get("/teas?q=Tea 119").text) == [shelf[119]]
    assert ids_of(alice_at.get("/teas?q=0099").text) == [shelf[99]]
    assert len(ids_of(alice_at.get("/teas?placed_at=today").text)) == 50
    assert ids_of(alice_at.get("/teas?placed_at=2020-01-01..2020-12-31").text) == []
    two_fields = alice_at.get("/teas?placed_at.from=2026-11-24&placed_at.to=2026-11-24&view=all")
    assert len(ids_of(two_fields.text)) == 50 and "placed_at=2026-11-24..2026-11-24" in two_fields.text.replace(
        "%2E", "."
    )
    nothing = alice_at.get("/teas?q=nosuchtea").text
    assert "Nothing fits nosuchtea" in nothing


@pytest.mark.parametrize(
    "query",
    [
        "after=zzz",
        "after=i9.x",
        "after=.",
        "before=s'; drop table tea;--.x",
        "sort=x",
        "view=x",
        "placed_at=never",
        "grade=' or 1=1 --",
        "q=%22%2A",
    ],
)
def test_a_strange_address_breaks_nothing(alice_at: Tablet, shelf: list[str], query: str) -> None:
    assert alice_at.get(f"/teas?{query}").status_code == 200


def test_one_row_is_sent_alone_for_a_morph(alice_at: Tablet, shelf: list[str], house: House) -> None:
    house.do(actions.put_out, tea=shelf[3])
    row = alice_at.get(f"/teas?row={shelf[3]}").text
    assert ids_of(row) == [shelf[3]] and "open" in row.lower() and "Tea 003" in row
    assert alice_at.get("/teas?row=nothing").text == ""


def test_every_list_order_is_served_by_an_index(house: House, shelf: list[str]) -> None:
    conn = house.journal.reading()
    for where, order in (
        ("true", "placed_at desc, id desc"),
        ("(state = 'draft')", "placed_at desc, id desc"),
        ("true", "name asc, id asc"),
    ):
        plan = conn.execute(
            f"explain query plan select * from tea_list where {where} order by {order} limit 51"
        ).fetchall()
        told = " / ".join(row[3] for row in plan)
        assert "USING INDEX" in told, told


def test_search_looks_in_every_room_and_leads_to_what_it_finds(alice_at: Tablet, shelf: list[str]) -> None:
    page = alice_at.get("/search?q=0042").text
    assert f'href="/teas/{shelf[42]}"' in page and "Tea 042" in page
    assert "Nothing fits zzzz" in alice_at.get("/search?q=zzzz").text


def test_a_picker_offers_what_fits(alice_at: Tablet, shelf: list[str]) -> None:
    page = alice_at.get("/pick/tea?q=Tea").text
    assert page.count('role="option"') == 12
    one = alice_at.get("/pick/tea?q=ea 119").text
    assert one.count('role="option"') == 1 and f'data-value="{shelf[119]}">Tea 119<' in one
    assert alice_at.get("/pick/nosuch?q=x").status_code == 200


def test_a_page_names_its_panels_and_its_history(alice_at: Tablet, shelf: list[str]) -> None:
    page = alice_at.get(f"/teas/{shelf[0]}").text
    assert f"/panel/toyroom/{shelf[0]}" in page and "New tea" in page
    assert "<p>0</p>" in alice_at.get(f"/panel/toyroom/{shelf[0]}").text
    assert alice_at.get("/teas/nothing").status_code == 404


def test_a_list_of_fifty_stays_light(alice_at: Tablet, shelf: list[str]) -> None:
    page: Any = alice_at.get("/teas").content
    rows = page[page.index(b"<tbody>") : page.index(b"</tbody>")]
    assert len(rows) / 50 < 600


def test_what_a_row_tells_of_the_hour_goes_on_with_the_hour(alice_at: Tablet, house: House) -> None:
    house.do(actions.create, name="Tea", grade="green", price=1)
    assert "0 min old" in alice_at.get("/teas").text
    house.clock.now += 5 * 60_000
    assert "5 min old" in alice_at.get("/teas").text


def test_the_filters_follow_what_is_asked_and_what_changed(alice_at: Tablet, house: House) -> None:
    house.do(actions.create, name="Tea", grade="green", price=1)
    assert 'aria-current="true">' not in alice_at.get("/teas").text.partition('class="filters"')[2].partition("sort")[0]
    assert "chip on" in alice_at.get("/teas?grade=green").text
    assert "chip on" not in alice_at.get("/teas").text
    assert re.search(r'Draft <b class="hot">1</b>', alice_at.get("/teas").text)
    house.do(actions.create, name="Other", grade="green", price=1)
    assert re.search(r'Draft <b class="hot">2</b>', alice_at.get("/teas").text)


def test_whoever_turns_a_page_or_looks_again_is_sent_what_they_lack(
    alice_at: Tablet, house: House, shelf: list[str]
) -> None:
    def asked(path: str, **headers: str) -> str:
        told = {"HX-Request": "true", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return alice_at.http.get(path, headers=told).text

    whole = alice_at.get("/teas").text
    older = link(whole, "next")
    turned = asked(older, HX_Current_URL="http://testserver.local/teas")
    assert ids_of(turned) == ids_of(alice_at.get(older).text)
    assert "<h1>" not in turned and 'id="filters" hx-preserve' in turned
    assert "<h1>" in asked(older, HX_Current_URL="http://testserver.local/teas?grade=green")

    mark = re.findall(r'data-shown="(\w+)"', whole)[0]
    house.do(actions.put_out, tea=ids_of(whole)[3])
    again = asked("/teas", X_Look="true", X_Shown=mark)
    assert ids_of(again) == ids_of(whole)
    assert re.findall(r"<tr id=([^>]+)><td>", again) == [ids_of(whole)[3]]
    assert len(re.findall(r"<tr id=([^>]+)><td>", asked("/teas", X_Look="true", X_Shown="0"))) == 50
