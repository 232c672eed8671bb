"""The tables are the log's shadow: drawn anew they are the same, and a difference is an alarm with a name."""

import sqlite3
from collections.abc import Callable
from typing import Annotated

import pytest

from appliance.journal import Desk, Group, Record, Text
from appliance.journal.check import digests
from appliance.journal.shapes import shape_of
from tests.cast import clean
from tests.journal import toy
from tests.journal.toy import VIEWS
from tests.patience import PATIENCE_S


def _busy(desk: Desk) -> None:
    for number in range(12):
        ticket = toy.sell(desk, name=f"客人{number}", total=100 + number, sku=f"sku-{number % 3}")
        if number % 2:
            toy.step(desk, ticket=ticket, to="approved")


def test_a_shadow_drawn_anew_is_the_same(lina: Desk):
    _busy(lina)
    before, shown = digests(lina.journal), lina.rows("select * from ticket_list order by id")
    lina.journal.rebuild().result()
    assert digests(lina.journal) == before
    assert [tuple(row) for row in lina.rows("select * from ticket_list order by id")] == [tuple(r) for r in shown]
    toy.sell(lina, name="后来的人", total=5)
    assert clean(lina) == []


def test_a_drawing_that_was_given_up_leaves_everything_kept_as_it_was(lina: Desk):
    _busy(lina)
    lina.journal.writing.set_authorizer(
        lambda deed, table, *_: (
            sqlite3.SQLITE_DENY if (deed, table) == (sqlite3.SQLITE_INSERT, "step") else sqlite3.SQLITE_OK
        )
    )
    with pytest.raises(Exception, match="not authorized"):
        lina.journal.rebuild().result()
    lina.journal.writing.set_authorizer(None)
    toy.sell(lina, name="后来的人", total=5)
    assert clean(lina) == []


def test_a_new_definition_of_a_view_is_drawn_at_the_next_start(toy: Callable[..., Desk]):
    from tests.journal import toy as shop

    desk = toy("A1", folder="same")
    shop.sell(desk, name="张伟", total=100)
    desk.journal.close()
    changed = VIEWS.replace("t.total, b.name", "t.total * 2 as total, b.name")
    again = toy("A1", folder="same", views=changed)
    assert again.value("select total from ticket_list") == 200
    assert again.value("select total from queue where state = 'draft'") == 200
    assert clean(again) == []


def test_an_index_that_a_version_asks_for_is_made_at_the_next_start(
    toy: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
):
    from tests.journal import toy as shop

    desk = toy("A1", folder="same")
    shop.sell(desk, name="张伟", total=100)
    desk.journal.close()
    for columns in ("number", "buyer"):
        monkeypatch.setattr(shop.Ticket, "indexes", ((columns,),))
        again = toy("A1", folder="same")
        plan = again.rows(f"explain query plan select * from ticket where {columns} = ''")
        assert [row.detail for row in plan] == [f"SEARCH ticket USING INDEX ticket_1 ({columns}=?)"]
        again.journal.close()


BEFORE_PLACES = """
create table log_author (n integer primary key, key blob not null unique);
create table log_partition (n integer primary key, name text not null unique);
insert into log_author (key) select distinct author from log_place;
insert into log_partition (name) select distinct "partition" from log_place;
alter table log rename to log_now;
create table log (
    arrived integer primary key, author integer not null, "partition" integer not null, seq integer not null,
    hlc integer not null, needs integer not null, head blob not null, parts blob not null,
    unique (author, "partition", seq)
);
insert into log select l.arrived, a.n, p.n, l.seq, l.hlc, l.needs, l.head, l.parts from log_now l
    join log_place n on n.n = l.place join log_author a on a.key = n.author join log_partition p on p.name = n."partition";
drop table log_now; drop table log_place;
update meta set value = 'older' where name = 'shadow';
"""


def test_a_box_of_the_time_before_places_opens_with_all_it_knew(toy: Callable[..., Desk]):
    desk = toy("A1", folder="same")
    _busy(desk)
    before, heads = digests(desk.journal), desk.journal.heads()
    desk.journal.close()
    with sqlite3.connect(desk.journal.box.folder / "shop.db") as conn:
        conn.executescript(BEFORE_PLACES)
    conn.close()
    again = toy("A1", folder="same")
    assert (digests(again.journal), again.journal.heads()) == (before, heads)
    assert clean(again) == []


def test_a_tampered_table_a_tampered_sum_and_a_tampered_log_are_each_named(lina: Desk):
    _busy(lina)
    path = lina.journal.box.folder / "shop.db"
    with sqlite3.connect(path) as conn:
        conn.execute("update ticket set total = total + 1 where rowid = 1")
        conn.execute("update stock set qty = qty + 1 where sku = 'sku-1'")
    conn.close()
    told = clean(lina)
    assert "table ticket differs from the log" in told
    assert "kept sum stock" in told
    assert "kept view ticket_list" in told
    with sqlite3.connect(path) as conn:
        conn.execute("update log set head = zeroblob(32) where seq = 2")
    conn.close()
    assert any("chain is broken" in line for line in clean(lina))


def test_kept_sums_follow_a_document_through_its_states(lina: Desk):
    one = toy.sell(lina, name="张伟", total=100)
    toy.sell(lina, name="李娜", total=50)
    toy.step(lina, ticket=one, to="approved")
    told = {row.state: (row.total, row.n) for row in lina.rows("select * from queue")}
    assert told == {"draft": (50, 1), "approved": (100, 1)}


def test_a_list_shows_a_corrected_name_at_once(lina: Desk):
    ticket = toy.sell(lina, name="张伟", total=100)
    buyer = lina.value("select buyer from ticket where id = ?", ticket)
    toy.correct(lina, buyer=buyer, name="欧阳锋")
    assert lina.value("select name from ticket_list where id = ?", ticket) == "欧阳锋"
    found = lina.journal.search(lina.journal.reading(), "ticket_list", "oyf")
    assert len(found) == 1
    assert lina.journal.search(lina.journal.reading(), "ticket_list", "张伟") == []


def test_listeners_hear_what_was_touched_after_it_is_on_disk(lina: Desk):
    heard: list[frozenset[tuple[str, str]]] = []
    lina.journal.listen(heard.append)
    ticket = toy.sell(lina, name="张伟", total=100)
    assert ("ticket_list", ticket) in heard[0]
    assert ("stock", "teapot") in heard[0]


def test_a_listener_that_breaks_takes_nobody_down(lina: Desk, caplog: pytest.LogCaptureFixture):
    def stumble(touched: frozenset[tuple[str, str]]) -> None:
        raise RuntimeError("The page is gone.")

    lina.journal.listen(stumble)
    for _ in range(2):
        done = lina.journal.perform(lina, "toy.sell", lambda desk: toy.sell.run(desk, name="张伟", total=100))
        assert done.result(PATIENCE_S).value
    assert "somebody who listens to the journal broke" in caplog.text


class Grown(Record, kw_only=True, frozen=True):
    """A field was added to a group that was a field's alone."""

    mark: Text = ""
    colour: Annotated[Text, Group("mark")] = ""


def test_a_field_that_had_a_group_to_itself_keeps_it():
    with pytest.raises(TypeError, match="outside of it: mark"):
        shape_of(Grown)
