"""Images as rows of numbers."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from images.convert import convert  # noqa: E402
from images.features import CELLS, GREY, describe, names  # noqa: E402


def described(path: Path) -> dict[str, float]:
    return dict(zip(names(), describe(str(path)), strict=True))


def save(path: Path, pixels: np.ndarray, **options: object) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def grey(side: int = 40) -> np.ndarray:
    return np.tile(np.linspace(0, 255, side), (side, 1)).astype(np.uint8)


def test_a_grey_image_has_no_colour(tmp_path: Path) -> None:
    row = described(save(tmp_path / "a.png", grey()))
    assert (row["width"], row["height"]) == (40, 40)
    assert all(value == 0 for name, value in row.items() if name.startswith(("red_", "yellow_", "hue_")))
    assert row["grey_00_00"] < 10 and row[f"grey_00_{GREY - 1}"] > 245


def test_edges_tell_directions_apart(tmp_path: Path) -> None:
    along = described(save(tmp_path / "a.png", grey()))
    down = described(save(tmp_path / "b.png", np.ascontiguousarray(grey().T)))
    assert along["edge_1_1_0"] > 0.1 > 0.01 > along["edge_1_1_4"]
    assert down["edge_1_1_4"] > 0.1 > 0.01 > down["edge_1_1_0"]


def test_colours_are_told_by_place_and_hue(tmp_path: Path) -> None:
    pixels = np.zeros((32, 32, 3), dtype=np.uint8)
    pixels[:16, :, 0] = 255   # red above
    pixels[16:, :, 1] = 255   # green below
    row = described(save(tmp_path / "a.png", pixels))
    assert row["red_green_0_0"] == 1 and row[f"red_green_{CELLS - 1}_0"] == -1
    assert sum(value > 0 for name, value in row.items() if name.startswith("hue_")) == 2


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I", "F", "I;16"])
def test_every_mode_is_read(tmp_path: Path, mode: str) -> None:
    image = Image.fromarray(grey())
    image = Image.fromarray(grey().astype(np.uint16) * 200) if mode == "I;16" else image.convert(mode)
    image.save(tmp_path / "a.tif")
    row = described(tmp_path / "a.tif")
    assert all(np.isfinite(value) for value in row.values())
    assert row["grey_08_00"] < row["grey_08_15"]


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    row = described(save(tmp_path / "a.png", np.zeros((20, 20, 4), dtype=np.uint8)))
    assert row["grey_05_05"] == 255


def test_a_photograph_is_turned_as_its_camera_was(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    image = Image.fromarray(np.vstack([np.zeros((10, 60), np.uint8), np.full((10, 60), 255, np.uint8)]))
    image.save(tmp_path / "a.jpg", exif=exif, quality=95)
    row = described(tmp_path / "a.jpg")
    assert (row["width"], row["height"]) == (20, 60)
    assert row["grey_08_00"] > 200 > 50 > row["grey_08_15"]


def test_damaged_files_are_named_and_have_no_row(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    save(folder / "b.png", grey())
    save(folder / "a.png", grey().T.copy())
    (folder / "c.png").write_bytes((folder / "a.png").read_bytes()[:60])
    (folder / "d.jpg").write_text("no image")
    # 20,000 x 20,000 pixels in a few bytes: more than PIL unpacks unasked.
    Image.new("1", (20_000, 20_000)).save(folder / "e.png")
    assert convert(str(folder), str(out)) == {"rows": 2, "unreadable": ["c.png", "d.jpg", "e.png"]}
    with open(out / "table.csv", newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == ["image", *names()]
    assert [row[0] for row in rows] == ["a.png", "b.png"]
    assert all(len(row) == len(header) for row in rows)
