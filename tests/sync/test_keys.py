"""Keys of boxes and of the owner, and what the owner says of a box."""

import random

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from appliance.journal import Refusal
from appliance.journal.certificate import Certificate, chain_of, read_certificate
from appliance.journal.entry import Unreadable
from appliance.sync.boxes.keys import BoxKey, RootKey, fingerprint


def chance(seed: int):
    return random.Random(seed).randbytes


ROOT = RootKey.made(chance(1))
BOX = BoxKey.made(chance(2))


def certificate(root: RootKey = ROOT, box: BoxKey = BOX, **told) -> Certificate:
    bare = Certificate(
        chain=chain_of(root.public),
        public=box.public,
        exchange=box.exchange_public,
        code="B1",
        branch="the branch",
        reads=["chain", "summary", "branch/b"],
        writes=["chain", "branch/b"],
        **told,
    )
    return msgspec.structs.replace(bare, signature=root.sign(bare.signed))


def test_a_box_keeps_its_key_in_a_file_that_only_it_can_read(tmp_path):
    BOX.write(tmp_path / "box.key")
    again = BoxKey.read(tmp_path / "box.key")
    assert (again.public, again.exchange_public, again.box) == (BOX.public, BOX.exchange_public, BOX.box)
    assert (tmp_path / "box.key").stat().st_mode & 0o077 == 0
    # What we write by ourselves is what every tool writes and reads.
    theirs = load_pem_private_key((tmp_path / "box.key").read_bytes(), None)
    assert (
        theirs.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) == (tmp_path / "box.key").read_bytes()
    )
    assert theirs.public_key().public_bytes_raw() == BOX.public


@pytest.mark.parametrize("other", ["x25519", "nothing", "torn", "no letters"])
def test_what_is_no_boxs_key_is_refused(tmp_path, other: str):
    BOX.write(tmp_path / "box.key")
    whole = (tmp_path / "box.key").read_bytes()
    strange = BOX.exchange.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    content = {"x25519": strange, "nothing": b"", "torn": whole[:60], "no letters": whole.replace(b"M", b"*")}[other]
    (tmp_path / "box.key").write_bytes(content)
    with pytest.raises(Refusal, match="is not a box's key"):
        BoxKey.read(tmp_path / "box.key")


def test_each_incarnation_is_another_author_of_the_same_box():
    drawn = chance(3)
    first, second = BOX.author(drawn), BOX.author(drawn)
    assert first != second and first[:16] == second[:16] == BOX.box and len(first) == 24


def test_the_recovery_sheet_brings_the_owners_key_back(tmp_path):
    assert RootKey.from_sheet(ROOT.sheet).public == ROOT.public
    assert RootKey.from_sheet(ROOT.sheet.replace(" ", "-")).public == ROOT.public
    ROOT.write(tmp_path / "root.key")
    assert RootKey.read(tmp_path / "root.key").public == ROOT.public
    assert (tmp_path / "root.key").stat().st_mode & 0o077 == 0


@given(st.integers(0, 49), st.integers(1, 9))
def test_a_wrong_digit_is_found_in_its_group(place: int, more: int):
    digits = ROOT.sheet.replace(" ", "")
    wrong = digits[:place] + str((int(digits[place]) + more) % 10) + digits[place + 1 :]
    with pytest.raises(Refusal, match=f"Group {place // 5 + 1} "):
        RootKey.from_sheet(wrong)


def test_a_sheet_with_digits_missing_is_refused():
    with pytest.raises(Refusal, match="ten groups of five"):
        RootKey.from_sheet(ROOT.sheet[:-1])


def test_what_the_owner_says_of_a_box_is_believed_in_its_chain_only():
    issued = certificate()
    for told in (issued.raw, issued.text):
        found = read_certificate(told, ROOT.public)
        assert found == issued and found.box == BOX.box
    with pytest.raises(Unreadable):
        read_certificate(issued.raw, RootKey.made(chance(9)).public)
    stranger = RootKey.made(chance(9))
    forged = msgspec.structs.replace(certificate(stranger), chain=chain_of(ROOT.public))
    with pytest.raises(Unreadable, match="not signed"):
        read_certificate(forged.raw, ROOT.public)


def test_a_box_may_write_what_its_certificate_names():
    issued = certificate()
    assert issued.may_write("branch/b") and not issued.may_write("branch/a") and issued.may_read("summary")
    everywhere = certificate(role="hub")
    assert msgspec.structs.replace(everywhere, reads=["*"]).may_read("branch/a")


@given(st.data())
def test_a_damaged_certificate_is_refused_and_nothing_else_is_raised(data):
    raw = bytearray(certificate().raw)
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        read_certificate(bytes(raw), ROOT.public)
    with pytest.raises(Unreadable):
        read_certificate(data.draw(st.binary(max_size=400)), ROOT.public)


def test_two_people_can_compare_a_key_aloud():
    assert len(fingerprint(BOX.public)) == 14 and fingerprint(BOX.public) != fingerprint(ROOT.public)
