"""A copied card, a restored backup: two histories under one name are found, proven, and told again so nothing is lost."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from threading import Event

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.journal import Desk, Refusal, action
from appliance.journal.controls import Cut, Revoke
from appliance.journal.forks import read_item
from tests.cast import BRANCH_A, agree, box_of, clean
from tests.journal import toy
from tests.journal.toy import toy_box

ROOT = Ed25519PrivateKey.from_private_bytes(b"r" * 32)
OWNER = ROOT.public_key().public_bytes_raw()


def swap(*desks: Desk) -> None:
    """Let boxes meet as they do on the wire: compare heads, look for second histories, become anew if a copy, swap."""
    for _ in range(12):
        for one in desks:
            for other in desks:
                if one is other:
                    continue
                one.journal.compare(other.journal.heads())
                one.journal.suspect(other.journal.compare(one.journal.heads()))
                given = other.journal.given_back(one.journal.author[:16])
                one.journal.take([*other.journal.segments(one.journal.wants()), *given]).result()
                if one.journal.copied:
                    fresh = box_of(Path(), one.box, incarnation=f"{one.journal.path}{len(one.journal.heads())}")
                    one.journal.reincarnate(fresh.author).result()


def copied(tmp_path: Path, desk: Desk) -> Desk:
    """Copy a box's card, and start the copy."""
    desk.journal.writing.execute("pragma wal_checkpoint(truncate)").fetchall()
    copytree(desk.journal.box.folder, tmp_path / "copy")
    return toy_box(tmp_path / "copy", desk.box, seed="copy")


def names(desk: Desk) -> list[str]:
    return sorted(row.name for row in desk.rows("select name from buyer where made_at > 0"))


def test_a_copy_that_finds_itself_tells_its_part_again_and_nothing_counts_twice(tmp_path: Path, lina: Desk, wang: Desk):
    ticket = toy.sell(lina, name="张伟", total=100)
    copy = copied(tmp_path, lina)
    toy.sell(lina, name="李娜", total=200)
    swap(lina, wang)
    toy.step(copy, ticket=ticket, to="approved")
    toy.step(copy, ticket=ticket, to="shipped")
    toy.sell(copy, name="王芳", total=300)
    swap(copy, wang)
    assert copy.journal.author != lina.journal.author
    swap(copy, wang, lina)
    for desk in (lina, wang, copy):
        assert names(desk) == ["张伟", "李娜", "王芳"]
        assert desk.value("select qty from stock where sku = 'teapot'") == -30_000
        assert tuple(desk.row("select state, forked from ticket where id = ?", ticket)) == ("shipped", 0)
        assert desk.value("select count(*) from forked") == 0
        assert clean(desk) == []
    assert agree(lina, wang, copy)
    copy.journal.close()


def test_a_fork_that_both_told_is_proven_to_everybody_and_both_tell_again(
    toy: Callable[..., Desk], tmp_path: Path, lina: Desk, wang: Desk
):
    from tests.journal import toy as shop

    third, fourth = toy("C1"), toy("D1")
    shop.sell(lina, name="张伟", total=100)
    copy = copied(tmp_path, lina)
    shop.sell(lina, name="李娜", total=200)
    shop.sell(copy, name="王芳", total=300)
    shop.sell(third, name="赵敏", total=50)
    wang.journal.take(list(lina.journal.segments({}))).result()
    third.journal.take(list(copy.journal.segments({}))).result()
    fourth.journal.take(list(wang.journal.segments({}))).result()
    swap(wang, third)
    for desk in (wang, third):
        assert names(desk) == ["张伟", "赵敏"]
        assert desk.value("select qty from stock where sku = 'teapot'") == -20_000
        assert clean(desk) == []
    assert agree(wang, third)
    swap(third, fourth)
    assert names(fourth) == ["张伟", "赵敏"]
    swap(lina, wang, copy)
    swap(lina, wang, copy, third, fourth)
    for desk in (lina, wang, copy, third, fourth):
        assert names(desk) == ["张伟", "李娜", "王芳", "赵敏"]
        assert desk.value("select qty from stock where sku = 'teapot'") == -40_000
        assert len(desk.rows("select * from ticket_list")) == 4
        assert clean(desk) == []
    assert agree(lina, wang, copy, third, fourth)
    assert len({lina.journal.author, copy.journal.author}) == 2
    copy.journal.close()


def test_what_a_copy_told_before_it_burned_is_given_back_and_told_again_by_the_box_it_was_a_copy_of(
    toy: Callable[..., Desk], tmp_path: Path, lina: Desk, wang: Desk
):
    from tests.journal import toy as shop

    third = toy("C1")
    ticket = shop.sell(lina, name="张伟", total=100)
    copy = copied(tmp_path, lina)
    shop.sell(lina, name="李娜", total=200)
    shop.step(copy, ticket=ticket, to="approved")
    shop.sell(copy, name="王芳", total=300)
    wang.journal.take(list(lina.journal.segments({}))).result()
    third.journal.take(list(copy.journal.segments({}))).result()
    copy.journal.close()
    swap(wang, third)
    assert names(third) == ["张伟"], "neither history counts"
    assert not wang.journal.given_back(third.journal.author[:16])
    swap(lina, wang, third)
    for desk in (lina, wang, third):
        assert names(desk) == ["张伟", "李娜", "王芳"]
        assert desk.value("select qty from stock where sku = 'teapot'") == -30_000
        assert desk.value("select state from ticket where id = ?", ticket) == "approved"
        assert not desk.journal.given_back(lina.journal.author[:16])
        assert clean(desk) == []
    assert agree(lina, wang, third)
    length = [desk.journal.heads() for desk in (lina, wang, third)]
    swap(lina, wang, third)
    assert length == [desk.journal.heads() for desk in (lina, wang, third)], "it is told again once"


def test_a_fork_from_the_first_entry_on_is_told_to_everybody(
    toy: Callable[..., Desk], tmp_path: Path, lina: Desk, wang: Desk
):
    """The simulation's seed 3018: such a log has no head in common to tell of."""
    from tests.journal import toy as shop

    third, fourth = toy("C1"), toy("D1")
    copy = copied(tmp_path, lina)
    shop.sell(lina, name="李娜", total=200)
    shop.sell(copy, name="王芳", total=300)
    for desk in (wang, fourth):
        desk.journal.take(list(lina.journal.segments({}))).result()
    third.journal.take(list(copy.journal.segments({}))).result()
    copy.journal.close()
    swap(wang, third)
    assert names(wang) == names(third) == []
    swap(fourth, wang)
    assert names(fourth) == [] and agree(wang, third, fourth)
    swap(lina, wang, third, fourth)
    for desk in (lina, wang, third, fourth):
        assert names(desk) == ["李娜", "王芳"]
        assert clean(desk) == []
    assert agree(lina, wang, third, fourth)


def test_a_second_history_that_began_long_ago_is_found(tmp_path: Path, lina: Desk, wang: Desk):
    toy.register(lina, name="张伟")
    copy = copied(tmp_path, lina)
    for number in range(150):
        toy.register(lina, name=f"a{number}")
        toy.register(copy, name=f"b{number}")
    swap(lina, wang)
    swap(copy, wang)
    assert len(names(wang)) == 301
    assert agree(copy, wang)
    copy.journal.close()


@pytest.mark.parametrize("seals_of_their_own", [True, False], ids=["sealed", "cut"])
@pytest.mark.parametrize(
    ("heard_here", "heard_there"),
    [("lle", "l"), ("le", "l"), ("ll", "e"), ("l", "e"), ("e", "l"), ("e", "ol"), ("ol", "e"), ("o", "le")],
)
def test_of_three_histories_the_earliest_parting_is_proven_to_everybody(
    toy: Callable[..., Desk], tmp_path: Path, lina: Desk, wang: Desk, heard_here: str, heard_there: str,
    *, seals_of_their_own: bool,
):  # fmt: skip
    """The simulation's seed 11684: where a second history stops counting, its author's seal is no seal of the first.

    Whoever holds the third may hear of the other two first, and need not hear from those who wrote them again.
    """
    from tests.journal import toy as shop

    third = toy("C1")
    shop.register(lina, name="张伟")
    early = copied(tmp_path / "early", lina)
    shop.register(lina, name="李娜")
    if seals_of_their_own:
        list(lina.journal.segments({}))
    late = copied(tmp_path / "late", lina)
    for name in ("赵敏", "孙丽"):
        shop.register(lina, name=name)
    shop.register(late, name="王芳")
    for name in ("钱多", "周全", "吴迪", "郑重"):
        shop.register(early, name=name)
    told = {"l": [lina, late], "o": [lina], "e": [early]}
    for desk, heard in ((wang, heard_here), (third, heard_there)):
        for one in (one for letter in heard for one in told[letter]):
            desk.journal.take(list(one.journal.segments({}))).result()
    swap(wang, third)
    assert read_item(wang.value("select proof from forked")).holds
    assert names(wang) == names(third) == ["张伟"] and agree(wang, third)
    for desk in (early, late):
        desk.journal.close()


def test_a_forged_proof_convinces_nobody(toy: Callable[..., Desk], tmp_path: Path, lina: Desk, wang: Desk):
    import msgspec

    from tests.journal import toy as shop

    third = toy("C1")
    shop.register(lina, name="张伟")
    copy = copied(tmp_path, lina)
    shop.register(lina, name="李娜")
    shop.register(copy, name="王芳")
    wang.journal.take(list(lina.journal.segments({}))).result()
    wang.journal.take(list(copy.journal.segments({}))).result()
    proof = read_item(wang.value("select proof from forked"))
    assert proof.holds
    first, second = proof.branches
    forged = [
        msgspec.structs.replace(proof, branches=[first, first]),
        msgspec.structs.replace(proof, seq=0),
        msgspec.structs.replace(proof, head=bytes(32)),
        msgspec.structs.replace(proof, author=third.journal.author),
        msgspec.structs.replace(proof, branches=[first]),
        msgspec.structs.replace(
            proof, branches=[first, msgspec.structs.replace(second, payloads=[bytes(32)] * len(second.payloads))]
        ),
    ]
    third.journal.take(list(lina.journal.segments({}))).result()
    for one in forged:
        assert not one.holds
        assert third.journal.take([one.packed]).result().value.refused == 1
    assert names(third) == ["张伟", "李娜"]
    assert third.journal.take([proof.packed]).result().value.refused == 0
    assert names(third) == ["张伟"]
    copy.journal.close()


# ---- cutting off


@action("Cut off")
def cut_off(desk: Desk, *, told: Revoke) -> None:
    desk.control(told)


def revoke(gone: Desk, counts: Desk, *, number: int = 1, entries: int | None = None) -> Revoke:
    """The owner cuts a box off where another box has it, or after so many entries of its branch."""
    author = gone.journal.author
    cuts = [
        Cut(known, partition, seq, head)
        for (known, partition), (seq, head) in counts.journal.heads().items()
        if known == author
    ]
    if entries is not None:
        heads = [entry.head for entry in gone.journal.entries() if entry.partition.startswith("branch/")]
        cuts = [Cut(author, f"branch/{BRANCH_A}", entries, heads[entries - 1])]
    bare = Revoke(author[:16], number, cuts)
    return Revoke(author[:16], number, cuts, ROOT.sign(bare.message))


@pytest.fixture
def chain(toy: Callable[..., Desk]) -> tuple[Desk, Desk, Desk]:
    """Three boxes that know the owner's key."""
    return toy("A1", root=OWNER), toy("B1", root=OWNER), toy("C1", root=OWNER)


def test_what_a_cut_off_box_wrote_beyond_the_cut_counts_nowhere_whatever_the_order(chain: tuple[Desk, Desk, Desk]):
    """Invariant 14."""
    lina, wang, stolen = chain
    toy.sell(stolen, name="张伟", total=100)
    lina.journal.take(list(stolen.journal.segments({}))).result()
    toy.sell(stolen, name="小偷", total=999)
    wang.journal.take(list(stolen.journal.segments({}))).result()
    assert names(wang) == ["小偷", "张伟"]
    cut_off(lina, told=revoke(stolen, lina))
    lina.journal.take(list(stolen.journal.segments(lina.journal.heads()))).result()
    wang.journal.take(list(lina.journal.segments(wang.journal.heads()))).result()
    for desk in (lina, wang):
        assert names(desk) == ["张伟"]
        assert desk.value("select qty from stock where sku = 'teapot'") == -10_000
        assert desk.value("select total from queue where state = 'draft'") == 100
        assert desk.journal.search(desk.journal.reading(), "ticket_list", "小偷") == []
        assert len(desk.journal.search(desk.journal.reading(), "ticket_list", "张伟")) == 1
        assert clean(desk) == []
    assert lina.journal.digest() == wang.journal.digest()
    assert agree(lina, wang)
    stolen.journal.take(list(lina.journal.segments({}))).result()
    with pytest.raises(Refusal, match="taken out of the chain"):
        toy.sell(stolen, name="小偷", total=1)


def test_the_cut_reaches_into_the_middle_of_what_was_signed(chain: tuple[Desk, Desk, Desk]):
    lina, wang, stolen = chain
    for number in range(5):
        toy.fetch(stolen, cause=f"T-{number}", total=100)
    wang.journal.take(list(stolen.journal.segments({}))).result()
    cut_off(lina, told=revoke(stolen, lina, entries=3))
    for _ in range(2):
        lina.journal.take(list(wang.journal.segments(lina.journal.heads()))).result()
        wang.journal.take(list(lina.journal.segments(wang.journal.heads()))).result()
    assert len(lina.rows("select * from ticket")) == len(wang.rows("select * from ticket")) == 3
    assert agree(lina, wang)


def test_a_later_word_of_the_owner_lets_it_count_again(chain: tuple[Desk, Desk, Desk]):
    lina, wang, stolen = chain
    for number in range(5):
        toy.fetch(stolen, cause=f"T-{number}", total=100)
    wang.journal.take(list(stolen.journal.segments({}))).result()
    cut_off(wang, told=revoke(stolen, wang, entries=2))
    wang.journal.settled().result()
    assert len(wang.rows("select * from ticket")) == 2
    cut_off(wang, told=revoke(stolen, wang, entries=4, number=2))
    wang.journal.settled().result()
    assert len(wang.rows("select * from ticket")) == 4
    cut_off(wang, told=revoke(stolen, wang, entries=1, number=1))
    wang.journal.settled().result()
    assert len(wang.rows("select * from ticket")) == 4
    lina.journal.take(list(wang.journal.segments(lina.journal.heads()))).result()
    assert agree(lina, wang)


def test_only_the_owners_key_cuts_off(chain: tuple[Desk, Desk, Desk]):
    lina, wang, other = chain
    toy.sell(other, name="张伟", total=100)
    wang.journal.take(list(other.journal.segments({}))).result()
    false = revoke(other, lina)
    assert other.journal.box.sign
    bare = Revoke(false.box, 1, [])
    false = Revoke(bare.box, 1, [], other.journal.box.sign(bare.message))
    from appliance.journal.controls import Unfit

    with pytest.raises(Unfit):
        cut_off(lina, told=false)
    assert names(wang) == ["张伟"]


def test_selling_goes_on_while_tables_are_drawn_anew(chain: tuple[Desk, Desk, Desk]):
    lina, wang, stolen = chain
    for number in range(300):
        toy.sell(stolen, name=f"客人{number}", total=100)
    wang.journal.take(list(stolen.journal.segments({}))).result()
    wang.journal.clock.now += 3_600_000
    cut_off(wang, told=revoke(stolen, lina))
    sold = 0
    while not wang.journal.settled().done() and sold < 50:
        toy.sell(wang, name=f"急客{sold}", total=1)
        sold += 1
    wang.journal.settled().result()
    assert wang.value("select count(*) from ticket_list") == sold > 0
    assert wang.value("select -qty from stock where sku = 'teapot'") == sold * 10_000
    assert len(wang.journal.search(wang.journal.reading(), "ticket_list", "急客0")) >= 1
    assert clean(wang) == []


def test_a_milestone_says_nothing_of_tables_that_still_show_what_was_cut_off(chain: tuple[Desk, Desk, Desk]):
    lina, wang, stolen = chain
    toy.sell(stolen, name="小偷", total=999)
    wang.journal.take(list(stolen.journal.segments({}))).result()
    drawing = Event()
    wang.journal._aside.submit(drawing.wait)
    try:
        cut_off(wang, told=revoke(stolen, lina))
        assert wang.journal.digests() == {}
        wang.journal.milestone().result()
    finally:
        drawing.set()
    wang.journal.settled().result()
    assert set(wang.journal.digests()) == {"chain"}
    assert (names(wang), clean(wang)) == ([], [])
