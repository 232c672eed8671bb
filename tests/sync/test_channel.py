"""The sealed question and answer between two boxes."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from appliance.journal.entry import Unreadable
from appliance.sync.boxes.channel import OVERHEAD, Answering, Asking, _public

# Made with another implementation of Noise (PyPI noiseprotocol 0.3.1) from these very keys.
QUESTION = (
    "7b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14"
    "f2c601f8731a843dbb681e8295a0a748fe627ee3e957e9fe1270818d57ed"
)
ANSWER = (
    "ff2ee45601ec1b67310c7790404585ae697331eee1c1f8cf2419731c1fff3e6b"
    "7809bf859558012661a2c876a9c1b463388a7212d95d5b0c073755"
)
ALICE, BOB, EVE = (X25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (0x11, 0x22, 0x55))


def pair(prologue: bytes = b"prologue", alice=ALICE, bob=BOB) -> tuple[Asking, Answering]:
    asking = Asking(alice, _public(BOB), prologue, bytes([0x33]) * 32)
    return asking, Answering(bob, _public(ALICE), b"prologue", bytes([0x44]) * 32)


def test_question_and_answer_are_those_of_the_noise_protocol():
    asking, answering = pair()
    assert asking.seal(b"what have you?").hex() == QUESTION
    assert answering.open(bytes.fromhex(QUESTION)) == b"what have you?"
    assert answering.seal(b"nothing new").hex() == ANSWER
    assert asking.open(bytes.fromhex(ANSWER)) == b"nothing new"


def test_a_seal_weighs_48_bytes():
    assert len(pair()[0].seal(b"")) == OVERHEAD == 48


@pytest.mark.parametrize("wrong", [{"prologue": b"another chain"}, {"alice": EVE}, {"bob": EVE}])
def test_a_stranger_neither_asks_nor_answers(wrong):
    asking, answering = pair(**wrong)
    with pytest.raises(Unreadable):
        answering.open(asking.seal(b"what have you?"))


def test_an_answer_to_another_question_is_not_believed():
    asking, answering = pair()
    other = Asking(ALICE, _public(BOB), b"prologue", bytes([0x66]) * 32)
    asking.seal(b"what have you?")
    answering.open(other.seal(b"what have you?"))
    with pytest.raises(Unreadable):
        asking.open(answering.seal(b"nothing new"))


@given(st.integers(0, len(QUESTION) // 2 - 1), st.integers(1, 255), st.binary(max_size=200))
def test_whatever_was_changed_is_refused_and_nothing_else_is_raised(place: int, by: int, noise: bytes):
    damaged = bytearray.fromhex(QUESTION)
    damaged[place] ^= by
    for told in (bytes(damaged), noise, bytes.fromhex(QUESTION)[:-1], bytes(64)):
        with pytest.raises(Unreadable):
            pair()[1].open(told)
