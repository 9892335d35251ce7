"""What a table can say of an image: its size, a small grey copy, the directions of its edges, its colours.

Edges are histograms of oriented gradients (Dalal and Triggs, CVPR 2005), without overlapping blocks. Colours are
opponent channels, which are exactly zero for a grey image, so that such columns are constant there and nobody learns
from them.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

GREY = 16     # pixels of the grey copy, along and down
SIDE = 32     # pixels of the copy that edges and colours are taken from
CELLS = 4     # cells along and down, of SIDE / CELLS pixels each
ANGLES = 8    # bins over half a turn: light to dark is the same edge as dark to light
HUES = 8

_EVEN = 1e-6


def names() -> list[str]:
    """The columns, in the order of `describe`."""
    cells = [(row, column) for row in range(CELLS) for column in range(CELLS)]
    return ["width", "height",
            *(f"grey_{row:02}_{column:02}" for row in range(GREY) for column in range(GREY)),
            *(f"edge_{row}_{column}_{angle}" for row, column in cells for angle in range(ANGLES)),
            *(f"red_green_{row}_{column}" for row, column in cells),
            *(f"yellow_blue_{row}_{column}" for row, column in cells),
            *(f"hue_{hue}" for hue in range(HUES))]


def describe(path: str) -> list[float]:
    """The values of one image file. Whatever PIL raises of a file that is no image, or is damaged, comes through."""
    with Image.open(path) as file:
        # Decodes a large JPEG at a fraction of its size; the true size stands before it.
        width, height = file.size
        file.draft("RGB", (SIDE * 4, SIDE * 4))
        turned = file.getexif().get(0x0112, 1) >= 5  # EXIF orientation: a quarter turn
        image = ImageOps.exif_transpose(on_white(file))
    if turned:
        width, height = height, width
    small = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0), dtype=np.float32) / 255
    grey = np.asarray(image.convert("L").resize((GREY, GREY), Image.Resampling.BOX, reducing_gap=2.0), dtype=np.float32)
    return [width, height, *np.rint(grey.ravel()).tolist(),
            *np.round(np.concatenate([edges(small.mean(axis=2)), *colours(small)]), 4).tolist()]


def on_white(file: Image.Image) -> Image.Image:
    """As RGB of eight bits, with nothing behind transparent parts but white."""
    exif = file.info.get("exif")
    if file.mode in ("I", "F") or file.mode.startswith("I;16"):
        values = np.asarray(file, dtype=np.float32)
        low, high = float(values.min()), float(values.max())
        image = Image.fromarray(np.uint8((values - low) / max(high - low, _EVEN) * 255)).convert("RGB")
    elif file.mode in ("RGBA", "LA", "PA") or "transparency" in file.info:
        over = file.convert("RGBA")
        image = Image.new("RGB", over.size, "white")
        image.paste(over, mask=over.getchannel("A"))
    else:
        image = file.convert("RGB")
    if exif:
        image.info["exif"] = exif
    return image


def edges(grey: np.ndarray) -> np.ndarray:
    """(SIDE, SIDE) in 0..1 to CELLS x CELLS x ANGLES: how strong edges of each direction are in a cell, of length 1."""
    down, along = np.gradient(grey)
    strength = np.hypot(down, along)
    angle = np.mod(np.arctan2(down, along), np.pi) * (ANGLES / np.pi)
    lower = np.floor(angle).astype(int)
    upper_share = angle - lower
    cell = cell_of()
    found = np.zeros(CELLS * CELLS * ANGLES, dtype=np.float64)
    for angles, share in ((lower % ANGLES, 1 - upper_share), ((lower + 1) % ANGLES, upper_share)):
        found += np.bincount((cell * ANGLES + angles).ravel(), (strength * share).ravel(), found.size)
    return found / max(float(np.linalg.norm(found)), _EVEN)


def colours(image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(SIDE, SIDE, 3) in 0..1 to red against green and yellow against blue by cell, and shares of each hue."""
    red, green, blue = image[..., 0], image[..., 1], image[..., 2]
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    hue = np.floor((np.arctan2(yellow_blue, red_green) / (2 * np.pi) % 1.0) * HUES).astype(int) % HUES
    hues = np.bincount(hue.ravel(), np.hypot(red_green, yellow_blue).ravel(), HUES) / hue.size
    return cell_means(red_green), cell_means(yellow_blue), hues


def cell_means(values: np.ndarray) -> np.ndarray:
    size = SIDE // CELLS
    return values.reshape(CELLS, size, CELLS, size).mean(axis=(1, 3)).ravel()


def cell_of() -> np.ndarray:
    """(SIDE, SIDE): the number of the cell that each pixel lies in."""
    line = np.arange(SIDE) // (SIDE // CELLS)
    return line[:, None] * CELLS + line[None, :]
