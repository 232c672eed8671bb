"""The channel: one question and one answer between two boxes that know each other's keys, sealed to nobody else.

It is the handshake pattern KK of the Noise Protocol Framework, revision 34 (https://noiseprotocol.org/noise.html, in the
public domain), as Noise_KK_25519_ChaChaPoly_SHA256: two messages, both sides authenticated, the answer forward secret.
We let a message be longer than Noise's 65,535 bytes; the cipher's own limit is far higher.
"""

import hmac
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from appliance.journal.entry import Unreadable

PROTOCOL = b"Noise_KK_25519_ChaChaPoly_SHA256"
KEY_BYTES, TAG_BYTES = 32, 16
OVERHEAD = KEY_BYTES + TAG_BYTES
_NONCE = bytes(12)
"""Each message has a key of its own, so the counter never moves."""


class _Transcript:
    """What both sides have seen so far (Noise 5.2, SymmetricState), and the key that follows from it."""

    def __init__(self, prologue: bytes, asker: bytes, answerer: bytes) -> None:
        self._hash = self._chain = PROTOCOL
        self._key = b""
        for seen in (prologue, asker, answerer):
            self.mix(seen)

    def mix(self, seen: bytes) -> None:
        self._hash = sha256(self._hash + seen).digest()

    def agree(self, mine: X25519PrivateKey, theirs: bytes) -> None:
        """Mix in what only the holders of one of the two private keys can compute."""
        try:
            shared = mine.exchange(X25519PublicKey.from_public_bytes(theirs))
        except ValueError as error:
            raise Unreadable("A message names a key that is none.") from error
        extracted = hmac.digest(self._chain, shared, "sha256")
        self._chain = hmac.digest(extracted, b"\x01", "sha256")
        self._key = hmac.digest(extracted, self._chain + b"\x02", "sha256")

    def seal(self, message: bytes) -> bytes:
        sealed = ChaCha20Poly1305(self._key).encrypt(_NONCE, message, self._hash)
        self.mix(sealed)
        return sealed

    def open(self, sealed: bytes) -> bytes:
        try:
            message = ChaCha20Poly1305(self._key).decrypt(_NONCE, sealed, self._hash)
        except InvalidTag as error:
            raise Unreadable("A message was not sealed by the box it names, or was changed on its way.") from error
        self.mix(sealed)
        return message


class Asking:
    """The side that asks. One object for one question."""

    def __init__(self, mine: X25519PrivateKey, theirs: bytes, prologue: bytes, ephemeral: bytes) -> None:
        self._mine = mine
        self._theirs = theirs
        self._ephemeral = X25519PrivateKey.from_private_bytes(ephemeral)
        self._transcript = _Transcript(prologue, _public(mine), theirs)

    def seal(self, question: bytes) -> bytes:
        """Seal the question: -> e, es, ss."""
        known = _public(self._ephemeral)
        self._transcript.mix(known)
        self._transcript.agree(self._ephemeral, self._theirs)
        self._transcript.agree(self._mine, self._theirs)
        return known + self._transcript.seal(question)

    def open(self, sealed: bytes) -> bytes:
        """Open the answer: <- e, ee, se. Raises only `Unreadable`."""
        known = _first_key(sealed)
        self._transcript.mix(known)
        self._transcript.agree(self._ephemeral, known)
        self._transcript.agree(self._mine, known)
        return self._transcript.open(sealed[KEY_BYTES:])


class Answering:
    """The side that answers. One object for one answer."""

    def __init__(self, mine: X25519PrivateKey, theirs: bytes, prologue: bytes, ephemeral: bytes) -> None:
        self._mine = mine
        self._theirs = theirs
        self._ephemeral = X25519PrivateKey.from_private_bytes(ephemeral)
        self._asked_with = b""
        self._transcript = _Transcript(prologue, theirs, _public(mine))

    def open(self, sealed: bytes) -> bytes:
        """Open the question. Raises only `Unreadable`."""
        self._asked_with = _first_key(sealed)
        self._transcript.mix(self._asked_with)
        self._transcript.agree(self._mine, self._asked_with)
        self._transcript.agree(self._mine, self._theirs)
        return self._transcript.open(sealed[KEY_BYTES:])

    def seal(self, answer: bytes) -> bytes:
        """Seal the answer."""
        known = _public(self._ephemeral)
        self._transcript.mix(known)
        self._transcript.agree(self._ephemeral, self._asked_with)
        self._transcript.agree(self._ephemeral, self._theirs)
        return known + self._transcript.seal(answer)


def _first_key(sealed: bytes) -> bytes:
    if len(sealed) < OVERHEAD:
        raise Unreadable("A message is shorter than its seal.")
    return sealed[:KEY_BYTES]


def _public(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()
