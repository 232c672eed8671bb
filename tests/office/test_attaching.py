"""Files with a paper: a picture is made anew, a PDF is kept and only handed out to be saved, what is taken away is gone."""

import hashlib
import io
from functools import partial
from typing import Any

import pytest
from PIL import Image

from appliance.journal import Desk
from appliance.journal.orphans import sweep
from appliance.shop import customers
from appliance.shop.office import actions
from appliance.shop.office.attaching import MOST_FILES, MOST_PDF
from appliance.shop.office.records import Attachment
from appliance.sync.boxes.pictures import Pictures
from tests.accounts.conftest import refused
from tests.cast import Shop, clean, meet
from tests.office.conftest import ALICE

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def photograph(width: int = 3_000, height: int = 2_000) -> bytes:
    """What a phone makes, with its place and owner in it."""
    notes = Image.Exif()
    notes[0x010F] = "Li Na's phone"
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, "JPEG", exif=notes)
    return out.getvalue()


def lay(desk: Desk, content: bytes, about: str, name: str = "") -> str:
    return actions.attach(desk, file=desk.journal.blobs.keep(content), about=about, about_kind="customer", name=name)


@pytest.fixture
def li_na(alice: Desk) -> str:
    return customers.create(alice, name="周明", phone="13900008888")


def test_a_photograph_is_made_anew_so_that_it_can_be_read_and_says_nothing_of_the_phone(
    alice: Desk, li_na: str
) -> None:
    kept = alice.get(Attachment, lay(alice, photograph(), li_na, "收据"))
    content = alice.journal.blobs.path(kept.file).read_bytes()
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (2_000, 1_333))
    assert b"Li Na" not in content
    assert (kept.size, bool(kept.thumb)) == (len(content), True)


def test_what_is_neither_picture_nor_pdf_is_refused_whatever_it_is_called(alice: Desk, li_na: str) -> None:
    none = "This is not a picture. Choose a JPEG, PNG or WebP file."
    for content in (b"MZ\x90\x00", b"<html><script>", b"PK\x03\x04", b" %PDF-1.7"):
        refused(none, partial(lay, alice, content, li_na), "file")
    refused("A PDF has at most {most} MB.", lambda: lay(alice, PDF.ljust(MOST_PDF + 1), li_na), "file")
    refused("What this is about is not here any more.", lambda: lay(alice, PDF, ""), "about")
    refused(
        "What this is about is not here any more.",
        lambda: actions.attach(alice, file=alice.journal.blobs.keep(PDF), about="", about_kind=""),
        "about",
    )
    refused(
        "The file did not arrive. Choose it again.",
        lambda: actions.attach(alice, file="0" * 64, about=li_na, about_kind="customer"),
        "file",
    )
    for number in range(MOST_FILES):
        lay(alice, PDF + bytes([number]), li_na)
    refused("At most {most} files. Take one away first.", lambda: lay(alice, PDF, li_na), "file")


def test_the_night_lets_go_of_what_was_taken_away_and_of_nothing_that_it_does_not_know(alice: Desk, li_na: str) -> None:
    paper, picture = lay(alice, PDF, li_na), lay(alice, photograph(60, 40), li_na)
    twice = [lay(alice, PDF + b"2", li_na) for _ in range(2)]
    kept = [alice.get(Attachment, one).file for one in (paper, picture, twice[0])]
    unheard = alice.journal.blobs.keep(b"Of a record that has not come back since the backup was put in.")
    for one in (paper, twice[1]):
        actions.remove_file(alice, attachment=one)
    assert sweep(alice.journal) == 1
    assert [alice.journal.blobs.path(one).is_file() for one in (*kept, unheard)] == [False, True, True, True]
    assert sweep(alice.journal) == 0
    assert clean(alice) == []


def test_what_was_uploaded_and_never_used_goes_a_day_later(box: Shop, alice: Desk, li_na: str, tablets: Any) -> None:
    tablet = tablets(ALICE)
    for about in (li_na, ""):
        tablet.post(
            "/do/office/attach", about=about, about_kind="customer", files={"file": ("a.pdf", PDF + about.encode())}
        )
    files = [alice.journal.blobs.path(hashlib.sha256(PDF + about.encode()).hexdigest()) for about in (li_na, "")]
    assert sweep(alice.journal) == 0, "what came today may still be in somebody's form"
    box.clock.now += 25 * 3_600_000
    assert sweep(alice.journal) == 1
    assert [one.is_file() for one in files] == [True, False]


def test_what_belongs_to_an_erased_person_is_erased_with_them(alice: Desk, li_na: str) -> None:
    file = alice.get(Attachment, lay(alice, PDF, li_na, "身份证")).file
    actions.erase_person(alice, customer=li_na, asked=True)
    assert alice.value("select count(*) from attachment where name <> '' or file <> ''") == 0
    sweep(alice.journal)
    assert not alice.journal.blobs.path(file).is_file()


def test_a_file_stands_beside_its_paper_and_is_saved_not_run(alice: Desk, li_na: str, tablets: Any) -> None:
    tablet = tablets(ALICE)
    pdf, picture = lay(alice, PDF, li_na, "合同"), lay(alice, photograph(60, 40), li_na, "收据")
    panel = tablet.get(f"/panel/office/customer/{li_na}").text
    assert f"/office/files/{pdf}" in panel and "收据" in panel
    saved, looked = tablet.get(f"/office/files/{pdf}"), tablet.get(f"/office/files/{picture}")
    assert saved.content == PDF
    assert saved.headers["content-disposition"].startswith("attachment;")
    assert looked.headers["content-disposition"].startswith("inline;")
    assert looked.headers["content-type"] == "image/webp"
    for answer in (saved, looked):
        assert answer.headers["x-content-type-options"] == "nosniff"
    alice.journal.blobs.drop(alice.get(Attachment, pdf).file)
    assert "another box" in tablet.get(f"/office/files/{pdf}").text
    panel = tablet.get(f"/panel/office/customer/{li_na}").text
    assert "It lies in another box and comes when the two meet" in panel and f"/office/files/{pdf}" not in panel


def test_two_boxes_of_a_branch_show_the_same_file(alice: Desk, bella: Desk, li_na: str) -> None:
    pdf = lay(alice, PDF, li_na)
    meet(alice, bella)
    hers, mine = Pictures(bella.journal), Pictures(alice.journal)
    wanted = hers.missing()
    assert wanted == [alice.get(Attachment, pdf).file]
    assert hers.keep(wanted, mine.give(wanted)) == 1
    assert hers.missing() == []
