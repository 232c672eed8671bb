"""PINs: which are good enough, and what they hash to. A hash is slow on purpose, so it is never made in the writer."""

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from appliance.journal import Refusal

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 4, 8


def hash_pin(pin: str, salt: bytes | None = None) -> str:
    """Hash a PIN with Argon2id; refuses one that is easily guessed. The salt is made here unless it is given."""
    check_strength(pin)
    return _hasher().hash(pin, salt=salt)


def is_hash(text: str) -> bool:
    """Tell a hash from a PIN."""
    return text.startswith("$argon2id$")


def fits(hashed: str, pin: str) -> bool:
    """Tell whether a PIN is the one that was hashed."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(hashed, pin)
    except (VerificationError, InvalidHashError):
        return False


def _hasher() -> "PasswordHasher":
    """Argon2id as OWASP asks for it: about 40 ms on a small box."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def check_strength(pin: str) -> None:
    """Refuse what is no PIN, or the first that anybody would try."""
    if not (pin.isascii() and pin.isdecimal()):
        raise Refusal("A PIN has digits only.", field="pin")
    if not SHORTEST <= len(pin) <= LONGEST:
        raise Refusal("A PIN has {least} to {most} digits.", field="pin", least=SHORTEST, most=LONGEST)
    if is_obvious(pin):
        raise Refusal("This PIN is too easy to guess. Choose another.", field="pin", code="weak_pin")


def is_obvious(pin: str) -> bool:
    """Tell whether a PIN is one digit or pair repeated (0000, 1212), or digits in a row (1234, 9876)."""
    if pin[2:] == pin[:-2]:
        return True
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return steps in ({1}, {9})


def pin_of_first_owner(randbelow: Callable[[int], int]) -> str:
    """Draw the PIN that a new shop's owner begins with."""
    while True:
        pin = f"{randbelow(1_000_000):06d}"
        if not is_obvious(pin):
            return pin
