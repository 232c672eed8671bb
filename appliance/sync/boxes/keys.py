"""Keys: the box's own, made at its first start, and the owner's root key, which lets boxes into the chain.

A box has one secret, an Ed25519 seed in `box.key`. The key with which others seal messages to it follows from the same
secret, so that there is one thing to keep and one to lose. The root key follows from the forty digits of the recovery
sheet: whoever holds the paper holds the chain.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from appliance.journal import Refusal

INCARNATION_BYTES = 8
SECRET_BYTES = 32
DIGITS, GROUP = 40, 4
Random = Callable[[int], bytes]
_PEM_BEGINS, _PEM_ENDS = b"-----BEGIN PRIVATE KEY-----", b"-----END PRIVATE KEY-----"
_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
"""What stands before the 32 bytes of an Ed25519 secret (RFC 8410 section 7). The library that reads every kind of key takes
a fiftieth of a second to load, at every start."""


class BoxKey:
    """A box's secret, and what follows from it."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        self.box = sha256(self.public).digest()[:16]
        """The box's name among boxes; authors begin with it."""
        self.exchange = X25519PrivateKey.from_private_bytes(_derived(seed, b"zhanggui exchange 1"))
        self.exchange_public = self.exchange.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign: 64 bytes of Ed25519."""
        return self._key.sign(message)

    def author(self, random: Random) -> bytes:
        """Make a new incarnation of this box: 24 bytes that no box ever had (spec/sync.md R3)."""
        return self.box + random(INCARNATION_BYTES)

    def write(self, path: Path) -> None:
        """Write the secret down as PEM, readable by its own user only."""
        path.touch(mode=0o600)
        body = b64encode(_PKCS8 + self._key.private_bytes_raw())
        path.write_bytes(b"\n".join([_PEM_BEGINS, body, _PEM_ENDS, b""]))

    @classmethod
    def made(cls, random: Random) -> "BoxKey":
        """Make a new box's key."""
        return cls(random(32))

    @classmethod
    def read(cls, path: Path) -> "BoxKey":
        """Read a box's key; raises `FileNotFoundError` when there is none."""
        secret = _secret(path.read_bytes())
        if len(secret) != SECRET_BYTES:
            raise Refusal("The key in {name} is not a box's key.", name=path.name)
        return cls(secret)


class RootKey:
    """The owner's key: signs who belongs to the chain and who does not any more."""

    def __init__(self, digits: str) -> None:
        self._digits = digits
        self._key = Ed25519PrivateKey.from_private_bytes(_derived(digits.encode(), b"zhanggui root 1"))
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign: 64 bytes of Ed25519."""
        return self._key.sign(message)

    @property
    def sheet(self) -> str:
        """What stands on the recovery sheet: ten groups of four digits, each with a check digit behind it."""
        groups = [self._digits[at : at + GROUP] for at in range(0, DIGITS, GROUP)]
        return " ".join(group + _check_digit(group) for group in groups)

    @classmethod
    def made(cls, random: Random) -> "RootKey":
        """Found a chain. Forty digits are 132 bits."""
        return cls(f"{int.from_bytes(random(32), 'big') % 10**DIGITS:0{DIGITS}}")

    @classmethod
    def from_sheet(cls, typed: str) -> "RootKey":
        """Read what somebody typed from the sheet; refuses naming the group that cannot be right."""
        found = "".join(letter for letter in typed if letter.isdigit())
        if len(found) != DIGITS + DIGITS // GROUP:
            raise Refusal(
                "The recovery sheet has ten groups of five digits; these are {count} digits.", count=len(found)
            )
        groups = [found[at : at + GROUP + 1] for at in range(0, len(found), GROUP + 1)]
        for place, group in enumerate(groups, 1):
            if group[-1] != _check_digit(group[:-1]):
                raise Refusal("Group {place} of the recovery sheet was mistyped: {group}.", place=place, group=group)
        return cls("".join(group[:-1] for group in groups))

    def write(self, path: Path) -> None:
        """Write the key down, readable by its own user only."""
        path.touch(mode=0o600)
        path.write_text(self.sheet + "\n", "ascii")

    @classmethod
    def read(cls, path: Path) -> "RootKey":
        """Read the key; raises `FileNotFoundError` on a box that is not the founder's."""
        return cls.from_sheet(path.read_text("ascii"))


def fingerprint(public: bytes) -> str:
    """Say a key in twelve signs that two people can compare aloud."""
    shown = sha256(public).hexdigest()[:12].upper()
    return "-".join(shown[at : at + 4] for at in range(0, 12, 4))


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret)


def _check_digit(group: str) -> str:
    """Luhn's: finds every single wrong digit and nearly every swap of neighbours (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, letter in enumerate(reversed(group)):
        digit = int(letter) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)


def _secret(pem: bytes) -> bytes:
    """The secret in a PEM file; nothing where it holds anything else."""
    begins, _, rest = pem.partition(b"\n")
    try:
        told = b64decode(rest.partition(b"\n")[0].strip(), validate=True)
    except ValueError:
        return b""
    return told[len(_PKCS8) :] if begins.strip() == _PEM_BEGINS and told.startswith(_PKCS8) else b""
