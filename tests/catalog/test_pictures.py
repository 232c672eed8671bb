"""Pictures: whatever a phone took becomes two small ones; what is none, moves, or is a trap is refused."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from appliance.journal import Desk, Refusal
from appliance.shop import catalog
from appliance.shop.catalog import Goods, Sku, actions, pictures
from tests.catalog.conftest import refused

NO_PICTURE = "This is not a picture. Choose a JPEG, PNG or WebP file."


def drawn(kind: str, size: tuple[int, int] = (1_600, 1_200), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 120 if mode in {"L", "P"} else (200, 30, 30, 255)[: len(mode)]).save(out, kind, **more)
    return out.getvalue()


def size_of(content: bytes) -> tuple[str | None, tuple[int, int]]:
    image = Image.open(io.BytesIO(content))
    return image.format, image.size


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("BMP", "RGB"), ("GIF", "P"), ("JPEG", "L")],
)
def test_every_still_picture_becomes_two_small_ones(kind: str, mode: str) -> None:
    shown = pictures.prepare(drawn(kind, mode=mode))
    assert size_of(shown.large) == ("WEBP", (960, 720))
    assert size_of(shown.small) == ("WEBP", (320, 240))


def test_a_small_picture_is_not_blown_up() -> None:
    assert size_of(pictures.prepare(drawn("PNG", (80, 60))).large) == ("WEBP", (80, 60))


def test_a_phone_held_upright_gives_an_upright_picture_without_its_notes() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Some phone"
    shown = pictures.prepare(drawn("JPEG", (1_600, 1_200), exif=exif))
    assert size_of(shown.large) == ("WEBP", (720, 960))
    assert b"Some phone" not in shown.large
    assert not Image.open(io.BytesIO(shown.large)).getexif()


def test_what_is_see_through_lies_on_white_paper() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    pixel = Image.open(io.BytesIO(pictures.prepare(out.getvalue()).large)).convert("RGB").getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert min(pixel) > 250


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
     drawn("JPEG")[:2_000], drawn("PNG")[:300]],
)  # fmt: skip
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    refused(NO_PICTURE, lambda: pictures.prepare(content), "picture")


def test_moving_pictures_are_refused() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    for kind in ("GIF", "WEBP", "PNG"):
        out = io.BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:])
        refused("This picture moves. Choose a still one.", lambda o=out: pictures.prepare(o.getvalue()), "picture")


def bomb(width: int, height: int) -> bytes:
    """A few bytes that say they are an enormous picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(6_000, 6_000), (30_000, 30_000), (17_000, 10), (2_000_000, 2_000_000)])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(Refusal) as said:
        pictures.prepare(bomb(*size))
    assert said.value.sentence == "This picture is too large: at most {most} megapixels."


def test_a_file_that_is_too_heavy_is_refused_unread() -> None:
    heavy = b"\xff\xd8\xff" + b"\0" * pictures.MOST_BYTES
    assert refused("A picture has at most {most} MB.", lambda: pictures.prepare(heavy), "picture").params["most"] == 20


def test_goods_and_skus_have_pictures_and_can_lose_them(alice: Desk) -> None:
    upload = alice.keep(drawn("JPEG"))
    goods = catalog.add_goods(alice, name="茶壶", no="T", picture=upload)
    sku = catalog.by_code(alice, "T") or ""
    first = alice.get(Goods, goods)
    assert size_of(blob(alice, first.picture)) == ("WEBP", (960, 720))
    assert size_of(blob(alice, first.thumb)) == ("WEBP", (320, 240))
    assert alice.value("select picture from sku_list where id = ?", sku) == first.thumb
    actions.set_sku_picture(alice, sku=sku, picture=alice.keep(drawn("PNG", (400, 400))))
    assert alice.value("select picture from sku_list where id = ?", sku) == alice.get(Sku, sku).thumb != first.thumb
    actions.take_picture_away(alice, goods=goods)
    assert alice.get(Goods, goods).picture == ""
    actions.set_picture(alice, goods=goods, picture=upload)
    assert alice.get(Goods, goods).thumb == first.thumb
    refused("The picture did not arrive. Choose it again.",
            lambda: actions.set_picture(alice, goods=goods, picture="0" * 64), "picture")  # fmt: skip


def blob(desk: Desk, name: str) -> bytes:
    path: Path = desk.journal.blobs.path(name)
    return path.read_bytes()
