"""Pictures of the goods, drawn here: a dozen small motifs, each drawn once and dyed for every product.

A picture is a PNG of 320 x 320 with a palette. All products of a motif share one drawing, and dyeing it means writing
another palette, so three hundred pictures cost hardly more than nine.
"""

import colorsys
import struct
import zlib
from functools import cache
from itertools import combinations
from math import isqrt

SIDE = 320
_FINE = 2 * SIDE

PALE, SHADE, BODY, DARK, LIGHT, PAPER, INK, GLOW = range(8)
_PAIRS = {pair: 8 + 3 * place for place, pair in enumerate(combinations(range(8), 2))}
"""Where the three blends of each pair of dyes stand in the palette: edges are soft, as drawn at twice the size."""


def picture(motif: str, hue: int) -> bytes:
    """The picture of a motif in a hue (0-359), as PNG."""
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", _palette(hue)), (b"IDAT", _drawn(motif)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _palette(hue: int) -> bytes:
    dyes = [
        _dye(hue, 94, 28), _dye(hue, 84, 24), _dye(hue, 50, 42), _dye(hue, 34, 44),
        _dye(hue, 68, 46), _dye(42, 95, 48), _dye(hue, 20, 40), _dye(hue, 88, 60),
    ]  # fmt: skip
    blends = [
        tuple((one * (4 - share) + other * share) // 4 for one, other in zip(dyes[a], dyes[b], strict=True))
        for a, b in _PAIRS
        for share in (1, 2, 3)
    ]
    return b"".join(bytes(dye) for dye in (*dyes, *blends))


def _dye(hue: int, light: int, full: int) -> tuple[int, ...]:
    return tuple(round(part * 255) for part in colorsys.hls_to_rgb(hue / 360, light / 100, full / 100))


@cache
def _drawn(motif: str) -> bytes:
    sheet = Sheet()
    sheet.oval(320, 545, 215, 34, SHADE)
    MOTIFS[motif](sheet)
    return zlib.compress(b"".join(b"\x00" + row for row in sheet.halved()), 9)


class Sheet:
    """Paper of twice the size; each figure covers what lies below it."""

    def __init__(self) -> None:
        self.rows = [bytearray([PALE]) * _FINE for _ in range(_FINE)]

    def oval(self, x: int, y: int, wide: int, high: int, dye: int) -> None:
        """An ellipse by its middle and its two radii."""
        for at in range(max(y - high, 0), min(y + high + 1, _FINE)):
            half = isqrt(wide * wide * (high * high - (at - y) ** 2)) // high
            self._line(at, x - half, x + half, dye)

    def box(self, left: int, top: int, right: int, bottom: int, dye: int, corner: int = 0) -> None:
        """A rectangle with round corners."""
        for at in range(top, bottom):
            near = min(at - top, bottom - 1 - at)
            cut = corner - isqrt(corner * corner - (corner - near) ** 2) if near < corner else 0
            self._line(at, left + cut, right - cut, dye)

    def slope(self, top: int, bottom: int, upper: tuple[int, int], lower: tuple[int, int], dye: int) -> None:
        """A shape with straight sides between two level edges, each given by its left and right end."""
        for at in range(top, bottom):
            down, whole = at - top, bottom - top
            left = upper[0] + (lower[0] - upper[0]) * down // whole
            right = upper[1] + (lower[1] - upper[1]) * down // whole
            self._line(at, left, right, dye)

    def bowl(self, x: int, top: int, wide: int, high: int, dye: int) -> None:
        """The lower half of an ellipse."""
        for at in range(top, top + high):
            half = isqrt(wide * wide * (high * high - (at - top) ** 2)) // high
            self._line(at, x - half, x + half, dye)

    def leaf(self, x: int, y: int, size: int, dye: int) -> None:
        """A pointed leaf, upright."""
        for at in range(-size, size):
            half = (size * size - at * at) * 2 // (size * 5)
            self._line(y + at, x - half, x + half, dye)

    def _line(self, at: int, left: int, right: int, dye: int) -> None:
        left, right = max(left, 0), min(right, _FINE)
        if right > left:
            self.rows[at][left:right] = bytes([dye]) * (right - left)

    def halved(self) -> list[bytes]:
        """The sheet at its real size: four fine points become one, blended where two dyes meet."""
        return [_halved(self.rows[at], self.rows[at + 1]) for at in range(0, _FINE, 2)]


def _halved(upper: bytearray, lower: bytearray) -> bytes:
    one, two, three, four = upper[::2], upper[1::2], lower[::2], lower[1::2]
    if one == two == three == four:
        return bytes(one)
    row = bytearray(one)
    for place, points in enumerate(zip(one, two, three, four, strict=True)):
        if points.count(points[0]) != 4:
            low, high = min(points), max(points)
            # Where three dyes meet in one point the middle one counts as the upper.
            row[place] = _PAIRS[low, high] + 3 - points.count(low)
    return bytes(row)


def _tin(sheet: Sheet) -> None:
    sheet.box(190, 170, 450, 540, BODY, 26)
    sheet.box(190, 170, 232, 540, LIGHT, 20)
    sheet.box(410, 170, 450, 540, DARK, 20)
    sheet.box(180, 110, 460, 196, DARK, 24)
    sheet.box(200, 124, 440, 138, GLOW, 7)
    sheet.box(232, 270, 410, 470, PAPER, 12)
    sheet.leaf(321, 350, 56, BODY)
    sheet.box(262, 424, 380, 434, INK, 5)
    sheet.box(282, 444, 360, 452, INK, 4)


def _box(sheet: Sheet) -> None:
    sheet.slope(150, 210, (210, 480), (150, 430), LIGHT)
    sheet.box(150, 210, 430, 545, BODY)
    for at in range(150, 545):
        right = 430 + (at - 150) * 50 // 60 if at < 210 else 480
        left = 480 - (at - 150) * 50 // 60 if at < 210 else 430
        sheet.box(left, at, right, at + 1, DARK)
    sheet.box(185, 270, 395, 480, PAPER, 10)
    sheet.oval(290, 350, 52, 52, BODY)
    sheet.leaf(290, 350, 40, PAPER)
    sheet.box(225, 430, 355, 440, INK, 5)


def _bag(sheet: Sheet) -> None:
    sheet.slope(120, 170, (196, 444), (190, 450), DARK)
    sheet.slope(170, 545, (190, 450), (166, 474), BODY)
    sheet.slope(170, 545, (190, 220), (166, 206), LIGHT)
    sheet.box(200, 140, 440, 150, GLOW, 5)
    sheet.oval(320, 350, 92, 104, PAPER)
    sheet.leaf(320, 336, 58, BODY)
    sheet.box(272, 412, 368, 421, INK, 4)


def _cake(sheet: Sheet) -> None:
    sheet.oval(320, 345, 215, 200, DARK)
    sheet.oval(320, 330, 215, 200, BODY)
    sheet.oval(320, 326, 196, 180, LIGHT)
    sheet.oval(320, 328, 186, 170, BODY)
    for x, y in ((220, 280), (290, 225), (400, 260), (430, 360), (350, 430), (235, 400)):
        sheet.oval(x, y, 26, 9, DARK)
    sheet.oval(320, 330, 84, 78, PAPER)
    sheet.leaf(320, 330, 50, BODY)


def _pot(sheet: Sheet) -> None:
    sheet.oval(500, 330, 82, 92, DARK)
    sheet.oval(492, 330, 54, 62, PALE)
    sheet.slope(255, 420, (92, 128), (190, 300), BODY)
    sheet.oval(320, 380, 190, 150, BODY)
    sheet.oval(260, 340, 60, 44, LIGHT)
    sheet.oval(320, 252, 120, 30, DARK)
    sheet.oval(320, 240, 104, 34, LIGHT)
    sheet.oval(320, 198, 24, 22, DARK)
    sheet.box(236, 505, 404, 545, DARK, 12)


def _cup(sheet: Sheet) -> None:
    sheet.oval(478, 320, 76, 78, DARK)
    sheet.oval(474, 320, 46, 48, PALE)
    sheet.bowl(310, 225, 180, 300, BODY)
    sheet.oval(310, 225, 180, 46, LIGHT)
    sheet.oval(310, 232, 152, 33, DARK)
    sheet.oval(290, 228, 60, 10, GLOW)
    sheet.box(240, 508, 380, 545, DARK, 10)
    sheet.leaf(310, 380, 54, PAPER)


def _gift(sheet: Sheet) -> None:
    sheet.box(110, 220, 530, 545, BODY, 14)
    sheet.box(110, 220, 530, 300, LIGHT, 14)
    sheet.box(110, 286, 530, 302, DARK)
    sheet.box(288, 220, 352, 545, PAPER)
    sheet.oval(262, 190, 66, 44, PAPER)
    sheet.oval(378, 190, 66, 44, PAPER)
    sheet.oval(262, 192, 38, 22, DARK)
    sheet.oval(378, 192, 38, 22, DARK)
    sheet.oval(320, 204, 28, 26, INK)


def _jar(sheet: Sheet) -> None:
    sheet.oval(320, 400, 170, 150, BODY)
    sheet.box(200, 210, 440, 400, BODY, 40)
    sheet.oval(250, 380, 44, 90, LIGHT)
    sheet.oval(320, 214, 120, 28, DARK)
    sheet.box(226, 150, 414, 216, PAPER, 24)
    sheet.oval(320, 150, 94, 22, GLOW)
    sheet.box(270, 340, 400, 470, PAPER, 8)
    sheet.leaf(335, 405, 48, INK)


def _sachet(sheet: Sheet) -> None:
    sheet.box(316, 90, 326, 260, INK)
    sheet.box(270, 60, 372, 150, PAPER, 8)
    sheet.leaf(321, 105, 30, BODY)
    sheet.slope(240, 300, (270, 372), (190, 452), LIGHT)
    sheet.box(190, 300, 452, 545, GLOW, 16)
    sheet.box(216, 380, 426, 520, BODY, 30)
    for x, y in ((260, 420), (330, 410), (390, 440), (290, 470), (360, 482)):
        sheet.oval(x, y, 20, 7, DARK)


MOTIFS = {
    "tin": _tin, "box": _box, "bag": _bag, "cake": _cake, "pot": _pot,
    "cup": _cup, "gift": _gift, "jar": _jar, "sachet": _sachet,
}  # fmt: skip
