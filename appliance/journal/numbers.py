"""Numbers of the trade: integers only, one rounding, one way to split.

Money is fen; unit prices, unit costs and stock values are 1/10000 yuan; quantities are 1/10000 of a unit.
"""

from collections.abc import Sequence

ONE = 10_000
"""One unit as a quantity, one yuan as a price."""


def round_half_up(dividend: int, divisor: int) -> int:
    """Divide and round half away from zero, the way a shopkeeper does on paper."""
    if divisor < 0:
        dividend, divisor = -dividend, -divisor
    if dividend < 0:
        return -((-2 * dividend + divisor) // (2 * divisor))
    return (2 * dividend + divisor) // (2 * divisor)


def times(price: int, qty: int) -> int:
    """Multiply a unit price by a quantity: fen, rounded once."""
    return round_half_up(price * qty, ONE * 100)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Split a total by weights so that the parts sum exactly to it (largest remainder, ties by order).

    Weights are not negative; if all are zero every part weighs the same.
    """
    if not weights:
        return []
    shares = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(shares)
    sign = -1 if total < 0 else 1
    parts = [abs(total) * share // whole for share in shares]
    remainders = [abs(total) * share % whole for share in shares]
    left = abs(total) - sum(parts)
    for index in sorted(range(len(shares)), key=lambda i: -remainders[i])[:left]:
        parts[index] += 1
    return [sign * part for part in parts]


def yuan(fen: int) -> str:
    """Write fen as people read them: ¥1,234.50."""
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def plain(value: int, places: int = 4) -> str:
    """Write a scaled integer without needless zeros: 15000 is 1.5."""
    whole, part = divmod(abs(value), 10**places)
    tail = f"{part:0{places}d}".rstrip("0")
    return ("-" if value < 0 else "") + f"{whole}" + (f".{tail}" if tail else "")
