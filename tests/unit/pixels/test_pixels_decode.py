"""Every kind of picture file, as pixels or as a reason."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from sidelight.pixels import ImageRule, UnusableImageError, decode, quiet, read_header

RGB = ImageRule(height=8, width=8, bands=3)
GREY = ImageRule(height=8, width=8, bands=1)


def contents(image, form="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def plain(mode, color):
    return Image.new(mode, (8, 8), color)


def chunk(name, data):
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png_16_bit(color_type, samples):
    """An 8 × 8 PNG of 16 bits a band, written by hand: Pillow writes only grey."""
    rows = b"".join(b"\0" + b"\x12\x34" * samples * 8 for _ in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 16, color_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("mode", "color", "form", "bands", "expected"),
    [
        ("1", 1, "PNG", 1, (255,)),
        ("1", 0, "PNG", 3, (0, 0, 0)),
        ("L", 77, "PNG", 1, (77,)),
        ("L", 77, "PNG", 3, (77, 77, 77)),
        ("LA", (40, 255), "PNG", 1, (40,)),
        ("LA", (40, 0), "PNG", 1, (255,)),
        ("LA", (40, 0), "PNG", 3, (255, 255, 255)),
        ("RGB", (10, 20, 30), "PNG", 3, (10, 20, 30)),
        ("RGBA", (10, 20, 30, 255), "PNG", 3, (10, 20, 30)),
        ("RGBA", (10, 20, 30, 0), "PNG", 3, (255, 255, 255)),
        ("RGBA", (0, 0, 0, 51), "PNG", 3, (204, 204, 204)),
        ("CMYK", (0, 0, 0, 0), "TIFF", 3, (255, 255, 255)),
        ("CMYK", (0, 255, 255, 0), "TIFF", 3, (255, 0, 0)),
        ("CMYK", (0, 0, 0, 255), "TIFF", 3, (0, 0, 0)),
    ],
)
def test_a_mode_becomes_these_pixels(mode, color, form, bands, expected):
    rule = ImageRule(height=8, width=8, bands=bands)
    pixels = decode(contents(plain(mode, color), form), rule)
    assert pixels.shape == (8, 8, bands)
    assert pixels.dtype == np.uint8
    assert (pixels == np.array(expected)).all()


def test_a_palette_gives_its_colors():
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    assert (decode(contents(image), RGB) == (200, 100, 50)).all()


def test_a_palette_with_a_transparent_entry_lies_on_white():
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    image.putpixel((0, 0), 0)
    pixels = decode(contents(image, transparency=0), RGB)
    assert tuple(pixels[0, 0]) == (255, 255, 255)
    assert tuple(pixels[1, 1]) == (200, 100, 50)


@pytest.mark.parametrize(
    ("mode", "color", "bands"),
    [
        ("1", 1, 1),
        ("L", 9, 1),
        ("LA", (9, 9), 1),
        ("P", 0, 3),
        ("RGB", (1, 2, 3), 3),
        ("RGBA", (1, 2, 3, 4), 3),
    ],
)
def test_the_header_tells_the_bands(tmp_path, mode, color, bands):
    path = tmp_path / "x.png"
    plain(mode, color).save(path)
    assert read_header(path).bands == bands


DEEP = {
    "16-bit grey": (contents(Image.fromarray(np.full((8, 8), 700, np.uint16))), 700),
    "32-bit": (contents(Image.fromarray(np.full((8, 8), 7, np.int32)), "TIFF"), 7),
    "float": (contents(Image.fromarray(np.full((8, 8), 0.5, np.float32)), "TIFF"), 0.5),
    "16-bit color": (png_16_bit(2, 3), 0x1234),
    "16-bit color and alpha": (png_16_bit(6, 4), 0x1234),
    "16-bit grey and alpha": (png_16_bit(4, 2), 0x1234),
}
DEPTHS = {"32-bit": "float16", "float": "float16"}


@pytest.mark.parametrize("name", DEEP)
def test_more_than_8_bits_keep_all_their_digits(tmp_path, name):
    data, value = DEEP[name]
    path = tmp_path / "deep"
    path.write_bytes(data)
    with quiet():
        header = read_header(path)
        assert header.depth == DEPTHS.get(name, "uint16")
        assert header.bands == (3 if "color" in name else 1)
        rule = ImageRule(height=8, width=8, bands=header.bands, depth=header.depth)
        pixels = decode(data, rule)
    assert pixels.dtype == header.depth
    assert (pixels == value).all()


@pytest.mark.parametrize("name", DEEP)
def test_they_are_never_cut_to_8_bits(name):
    with quiet(), pytest.raises(UnusableImageError, match="8 bits are wanted"):
        decode(DEEP[name][0], RGB)


def test_depth_in_a_format_that_nobody_reads_is_refused(tmp_path):
    path = tmp_path / "x.pgm"
    path.write_bytes(b"P5 8 8 65535\n" + b"\x01\x02" * 64)
    with pytest.raises(UnusableImageError, match=r"more than 8 bits.*save it as TIFF"):
        read_header(path)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_truncated_picture_is_refused_when_decoded(tmp_path, form):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = contents(Image.fromarray(noise), form)
    path = tmp_path / "cut"
    path.write_bytes(data[: len(data) // 2])
    assert read_header(path).height == 64  # its header is whole, and no more is read
    with pytest.raises(UnusableImageError, match="cannot be decoded"):
        decode(path.read_bytes(), RGB)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", r"is an empty file \(0 bytes\)"),
        (b"hello, I am a text\n" * 20, "is not a picture"),
        (b"\xff\xd8\xff", "is not a picture"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path, data, why):
    path = tmp_path / "text.jpg"
    path.write_bytes(data)
    for attempt in (lambda: read_header(path), lambda: decode(data, RGB)):
        with pytest.raises(UnusableImageError, match=why):
            attempt()


def test_a_format_that_starts_other_programs_is_refused_by_its_header(tmp_path):
    data = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n%%EOF\n"
    path = tmp_path / "really.jpg"
    path.write_bytes(data)
    for attempt in (lambda: read_header(path), lambda: decode(data, RGB)):
        with pytest.raises(UnusableImageError, match="EPS; convert it to PNG or JPEG"):
            attempt()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM"])
def test_the_usual_formats_are_read(form):
    pixels = decode(contents(plain("RGB", (200, 200, 200)), form), RGB)
    assert np.abs(pixels.astype(int) - 200).max() <= 2


@pytest.mark.parametrize("side", [30_000, 14_000])
def test_a_bomb_is_refused_by_its_header(tmp_path, side):
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    path = tmp_path / "bomb.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )
    with quiet(), pytest.raises(UnusableImageError, match="178 million; cut it up"):
        read_header(path)


# A marked corner, and where it has to be after each orientation.
CORNERS = {
    1: (0, 0),
    2: (0, -1),
    3: (-1, -1),
    4: (-1, 0),
    5: (0, 0),
    6: (0, -1),
    7: (-1, -1),
    8: (-1, 0),
}


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", CORNERS)
def test_the_orientation_is_applied_and_known_from_the_header(
    tmp_path, form, orientation
):
    pixels = np.zeros((16, 32, 3), np.uint8)
    pixels[:8, :8] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned"
    Image.fromarray(pixels).save(path, form, exif=exif)
    upright = (16, 32) if orientation < 5 else (32, 16)
    header = read_header(path)
    assert (header.height, header.width) == upright
    rule = ImageRule(height=upright[0], width=upright[1], bands=3)
    found = decode(path.read_bytes(), rule)
    assert found[CORNERS[orientation]].min() > 200
    others = set(CORNERS.values()) - {CORNERS[orientation]}
    assert all(found[corner].max() < 55 for corner in others)


def test_a_png_header_is_read_without_decoding(tmp_path, monkeypatch):
    path = tmp_path / "x.png"
    plain("RGB", (1, 2, 3)).save(path)

    def refuse(self):
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", refuse)
    assert read_header(path).width == 8


def test_broken_exif_does_not_make_sound_pixels_unusable(monkeypatch):
    def broken(image, **options):
        raise struct.error("unpack requires a buffer of 4 bytes")

    monkeypatch.setattr(ImageOps, "exif_transpose", broken)
    assert (decode(contents(plain("L", 5)), GREY) == 5).all()


def test_quiet_leaves_the_filters_as_they_were():
    before = list(warnings.filters)
    with quiet():
        warnings.warn("Corrupt EXIF data", UserWarning, stacklevel=1)
    assert warnings.filters == before


@pytest.mark.parametrize(("side", "needed"), [(8, 8), (16, 8), (17, 8), (64, 8)])
def test_a_large_jpeg_is_shrunk_to_its_own_means(side, needed):
    # A ramp and its mean over any block are known; JPEG adds a level or two.
    ramp = np.linspace(0, 255, side).round().astype(np.uint8)
    image = Image.fromarray(np.tile(ramp, (side, 1)))
    rule = ImageRule(height=needed, width=needed, bands=1)
    found = decode(contents(image, "JPEG", quality=95), rule)[..., 0].astype(int)
    assert np.abs(found - rule.apply(image)[..., 0]).max() <= 6


def test_a_large_jpeg_on_its_side_is_not_shrunk_below_what_is_needed():
    pixels = np.zeros((16, 64, 3), np.uint8)
    pixels[:, 32:] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    data = contents(Image.fromarray(pixels), "JPEG", exif=exif, quality=95)
    rule = ImageRule(height=64, width=8, bands=3)
    found = decode(data, rule)
    # Were it decoded at a half, the edge would be smeared along the long side.
    assert found[:31].max() < 20
    assert found[33:].min() > 235
