"""Pictures as handsets of Nokia's Smart Messaging show them: OTA bitmaps, a bit for each dot."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

LOGO: Final = (72, 14)
"""Width and height of a logo."""
PICTURE: Final = (72, 28)
"""Those of a picture message."""
_NO_INFO, _DEPTH = 0x00, 0x01
_VERSION: Final = b"0"
_TEXT_ITEM, _BITMAP_ITEM = b"\x00", b"\x02"


def ota_bitmap(image: Path, width: int, height: int) -> bytes:
    """An image file as an OTA bitmap of this size: scaled to fit, centred on white, dark dots set.

    Raises:
        ValueError: Pillow is not installed, or cannot read the file.
    """
    try:
        # It is an extra: only who converts images needs it.
        from PIL import Image, ImageOps
    except ImportError:
        raise ValueError(
            "images need Pillow: pip install soapwright-clickatell[images]"
        ) from None
    try:
        with Image.open(image) as opened:
            shades: Any = opened.convert("RGBA")  # Any: of a library that is an extra
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{image}: no image can be read: {error}") from None
    paper = Image.new("RGBA", shades.size, "white")
    paper.alpha_composite(shades)
    grey = ImageOps.pad(paper.convert("L"), (width, height), color=255)
    dots = ImageOps.invert(grey).convert("1")
    return bytes((_NO_INFO, width, height, _DEPTH)) + bytes(dots.tobytes())


def bcd_network(mcc: str, mnc: str) -> bytes:
    """A country's and a network's code as an operator logo has them, two digits a byte.

    Raises:
        ValueError: they have not three and two digits.
    """
    if not (re.fullmatch("[0-9]{3}", mcc) and re.fullmatch("[0-9]{2}", mnc)):
        raise ValueError(
            f"{mcc!r}, {mnc!r}: a logo has an MCC of 3 digits, an MNC of 2"
        )
    pairs = mcc[1] + mcc[0] + "F" + mcc[2] + mnc[1] + mnc[0]
    return bytes.fromhex(pairs)


def picture(bitmap: bytes, text: str) -> bytes:
    """A picture message of a bitmap and a text (Smart Messaging 3.0, section 3.6).

    Raises:
        ValueError: the text has characters that Latin-1 has not, or is too long.
    """
    letters = text.encode("latin-1")
    if max(len(letters), len(bitmap)) > 0xFFFF:
        raise ValueError("a picture message is too long")
    items = ((_TEXT_ITEM, letters), (_BITMAP_ITEM, bitmap))
    return _VERSION + b"".join(
        kind + len(item).to_bytes(2, "big") + item for kind, item in items
    )
