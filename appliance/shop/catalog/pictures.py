"""Pictures of goods: whatever a phone took becomes two small WebP files, and nothing of the phone stays in them."""

import io
import warnings
from typing import TYPE_CHECKING, NamedTuple

from appliance.journal import Desk, Refusal

if TYPE_CHECKING:
    from PIL.Image import Image

LARGE, SMALL = 960, 320
SHEET = 2_000
"""A sheet of paper this high can be read."""
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 24_000_000
MOST_PIXELS_JPEG = 60_000_000
LONGEST_SIDE = 16_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")


class Shown(NamedTuple):
    """One picture in the two sizes that screens ask for."""

    large: bytes
    small: bytes


class Kept(NamedTuple):
    """The blobs of a picture."""

    picture: str
    thumb: str


def keep(desk: Desk, upload: str, *, field: str = "picture") -> Kept:
    """Turn an uploaded blob into the two that pages show."""
    path = desk.journal.blobs.path(upload)
    if not path.is_file():
        raise Refusal("The picture did not arrive. Choose it again.", field=field)
    shown = prepare(path.read_bytes(), field=field)
    return Kept(desk.keep(shown.large), desk.keep(shown.small))


def keep_sheet(desk: Desk, content: bytes, *, field: str) -> Kept:
    """Keep a photographed sheet of paper so large that it can be read, and small for lists."""
    shown = prepare(content, field=field, large=SHEET)
    return Kept(desk.keep(shown.large), desk.keep(shown.small))


def prepare(content: bytes, *, field: str = "picture", large: int = LARGE) -> Shown:
    """Make the two sizes of a picture; refuses what is none, what moves, and what is a trap."""
    # Imported where used: a box that starts needs no pictures, and Pillow takes its time.
    from PIL import Image, ImageOps

    if len(content) > MOST_BYTES:
        raise Refusal("A picture has at most {most} MB.", field=field, most=MOST_BYTES >> 20)
    try:
        with warnings.catch_warnings():
            # Our own limit is lower and is asked before a single pixel is unpacked.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
        _check_shape(image, field)
        # A JPEG can be unpacked at a fraction of its size; only the picture's outline is needed in memory.
        image.draft("RGB", (large, large))
        upright = _flat(ImageOps.exif_transpose(image))
        return Shown(_webp(upright, large), _webp(upright, SMALL))
    except Image.DecompressionBombError:
        raise _too_large(field) from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise Refusal("This is not a picture. Choose a JPEG, PNG or WebP file.", field=field) from None


def _check_shape(image: "Image", field: str) -> None:
    width, height = image.size
    most = MOST_PIXELS_JPEG if image.format == "JPEG" else MOST_PIXELS
    if width * height > most or max(width, height) > LONGEST_SIDE:
        raise _too_large(field)
    # A phone's JPEG may carry a second picture for depth; that one does not move.
    if image.format in {"GIF", "WEBP", "PNG"} and getattr(image, "is_animated", False):
        raise Refusal("This picture moves. Choose a still one.", field=field)


def _too_large(field: str) -> Refusal:
    return Refusal("This picture is too large: at most {most} megapixels.", field=field, most=MOST_PIXELS // 1_000_000)


def _flat(image: "Image") -> "Image":
    """Put a picture on white paper, so that both sizes look the same everywhere."""
    from PIL import Image

    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        seen = image.convert("RGBA")
        paper = Image.new("RGB", seen.size, "white")
        paper.paste(seen, mask=seen.getchannel("A"))
        return paper
    return image.convert("RGB")


def _webp(image: "Image", side: int) -> bytes:
    """Fit a picture into a square of this side; nothing of the original's notes (place, phone) goes along."""
    small = image.copy()
    small.thumbnail((side, side))
    out = io.BytesIO()
    small.save(out, "WEBP", quality=80, method=4, exif=b"", icc_profile=b"")
    return out.getvalue()
