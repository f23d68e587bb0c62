"""Pictures that are more than 8-bit colour: TIFF, NumPy arrays, DICOM."""

import io
import struct
import warnings

import numpy as np
import pytest
from PIL import Image, ImageCms

from sidelight.errors import MissingPackageError
from sidelight.pixels import (
    ImageRule,
    UnusableImageError,
    decode,
    preview,
    quiet,
    read_header,
    thumbnail,
)


@pytest.fixture(autouse=True)
def _quiet():
    with quiet():  # as pack and survey are
        yield


def rule_of(header, **other):
    known = {
        "height": header.height,
        "width": header.width,
        "bands": header.bands,
        "depth": header.depth,
        "masked": header.masked and header.depth == "uint8",
    }
    return ImageRule(**{**known, **other})


def read(path, **other):
    picked = other.get("select") is not None
    return decode(path.read_bytes(), rule_of(read_header(path, picked=picked), **other))


def random(dtype, bands, low=1, high=250):
    rng = np.random.default_rng(3)
    return rng.integers(low, high, (6, 5, bands)).astype(dtype)


# TIFF


@pytest.mark.parametrize("bands", [1, 2, 3, 4, 5, 13])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
def test_tiffs_of_any_band_count_and_depth_are_read_exactly(
    tmp_path, write_tiff, dtype, bands
):
    values = random(dtype, bands)
    # Without this GDAL writes a fourth band of 8 bits as transparency.
    path = write_tiff(tmp_path / "x.tif", values, photometric="MINISBLACK")
    header = read_header(path)
    assert (header.height, header.width, header.bands) == (6, 5, bands)
    assert header.depth == {"float32": "float16"}.get(dtype, dtype)
    expected = values.astype(int) + (32768 if dtype == "int16" else 0)
    assert (read(path) == expected).all()


def test_many_bands_are_read_without_a_word(tmp_path, write_tiff, caplog, capfd):
    read(write_tiff(tmp_path / "x.tif", random("uint16", 13)))
    read(write_tiff(tmp_path / "y.tif", random("float32", 2)))
    assert caplog.records == []
    assert "".join(capfd.readouterr()) == ""


def test_big_tiffs_are_read(tmp_path, write_tiff):
    for bands in (3, 5):
        values = random("uint8", bands)
        path = write_tiff(tmp_path / "x.tif", values, BIGTIFF="YES")
        assert path.read_bytes()[:4] == b"II+\0"
        assert (read(path) == values).all()


def test_pages_of_one_size_are_bands(tmp_path):
    pages = [Image.fromarray(np.full((4, 3), n, np.uint16)) for n in (10, 20, 30)]
    path = tmp_path / "pages.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert read_header(path).bands == 3
    assert read(path)[0, 0].tolist() == [10, 20, 30]


def test_pages_of_8_bits_are_bands_too(tmp_path):
    pages = [Image.new("L", (3, 4), n) for n in (10, 20)]
    path = tmp_path / "pages.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert read(path)[0, 0].tolist() == [10, 20]


def test_pages_that_differ_in_size_are_refused(tmp_path):
    pages = [Image.new("L", (size, 4)) for size in (3, 5)]
    path = tmp_path / "pages.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    with pytest.raises(UnusableImageError, match="2 pages that differ in size"):
        read_header(path)


def test_a_second_page_without_a_size_is_a_reason():
    """Pillow's TypeError, found by drawing damaged files, would be a server's fault."""
    stream = io.BytesIO()
    Image.new("RGB", (3, 4)).save(stream, "TIFF")
    data = stream.getvalue()
    (first,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, first)
    after = first + 2 + 12 * entries  # says where the next page's tags are
    depth_alone = struct.pack("<HHHIII", 1, 258, 3, 1, 8, 0)
    damaged = data[:after] + struct.pack("<I", len(data)) + data[after + 4 :]
    damaged += depth_alone
    with pytest.raises(UnusableImageError, match="cannot be decoded"):
        read_header(damaged)
    with pytest.raises(UnusableImageError, match="cannot be decoded"):
        decode(damaged, ImageRule(height=4, width=3, bands=3))


def test_smaller_copies_are_no_bands(tmp_path, write_tiff):
    import rasterio

    path = write_tiff(tmp_path / "x.tif", np.ones((600, 600, 3), np.uint8))
    with rasterio.open(path, "r+") as file:
        file.build_overviews([2, 4])
    assert read_header(path).bands == 3


def test_bands_are_picked_by_number_and_by_name(tmp_path, write_tiff):
    values = random("uint16", 4)
    names = ("B2", "B3", "B4", "B8")
    path = write_tiff(tmp_path / "x.tif", values, names=names)
    assert read_header(path).names == names
    for select in ((4, 1), ("B8", "B2"), ("b8", 1)):
        found = read(path, select=select, bands=2)
        assert (found == values[..., [3, 0]]).all()


def test_a_fourth_band_is_a_band_where_bands_are_picked(tmp_path, write_tiff):
    values = random("uint8", 4)
    path = write_tiff(tmp_path / "x.tif", values)
    assert read_header(path).bands == 3  # transparency, as GDAL writes it
    found = read(path, select=(1, 2, 3, 4), bands=4)
    assert (found == values).all()


def test_a_band_that_a_file_lacks_is_named(tmp_path, write_tiff):
    path = write_tiff(tmp_path / "x.tif", random("uint16", 2), names=("red", "nir"))
    with pytest.raises(UnusableImageError, match=r"no band 'B8'.*red, nir"):
        read(path, select=("B8",), bands=1)
    with pytest.raises(UnusableImageError, match="no band 3, only 2"):
        read(path, select=(3,), bands=1)


def test_bands_of_everyday_pictures_are_picked_too(tmp_path):
    path = tmp_path / "x.png"
    Image.new("RGB", (5, 6), (10, 20, 30)).save(path)
    assert read(path, select=(3, 1), bands=2)[0, 0].tolist() == [30, 10]
    assert read(path, select=(2,), bands=1)[0, 0].tolist() == [20]


@pytest.mark.parametrize(
    ("dtype", "nodata", "absent"),
    [("uint8", 255, 0), ("uint16", 0, 0), ("int16", -32768, 0), ("float32", -1, None)],
)
def test_nodata_is_marked_and_true_values_are_not(
    tmp_path, write_tiff, dtype, nodata, absent
):
    values = random(dtype, 2)
    values[0, 0] = nodata
    values[1, 1] = 0 if nodata else 1  # a true 0
    found = read(write_tiff(tmp_path / "x.tif", values, nodata=nodata))
    gone = np.isnan(found) if absent is None else found == absent
    assert gone[0, 0].all()
    assert gone.sum() == 2


def test_nan_is_nodata_without_being_said(tmp_path, write_tiff):
    values = random("float32", 1)
    values[2, 2], values[3, 3] = np.nan, np.inf
    found = read(write_tiff(tmp_path / "x.tif", values))
    assert np.isnan(found[[2, 3], [2, 3]]).all()
    assert np.isnan(found).sum() == 2


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_a_picture_without_any_data_is_refused(tmp_path, write_tiff, dtype):
    path = write_tiff(tmp_path / "x.tif", np.full((6, 5, 2), 7, dtype), nodata=7)
    with pytest.raises(UnusableImageError, match="holds no data at all"):
        read(path)


def test_transparency_of_16_bits_is_nodata(tmp_path, write_tiff):
    values = random("uint16", 4)
    values[..., 3] = 65535
    values[0, 0, 3] = 0
    path = write_tiff(tmp_path / "x.tif", values, photometric="RGB", alpha="YES")
    header = read_header(path)
    assert (header.bands, header.masked) == (3, True)
    found = read(path)
    assert (found[0, 0] == 0).all()
    assert (found[1:] == values[1:, :, :3]).all()


def test_values_beyond_half_precision_are_refused(tmp_path, write_tiff):
    path = write_tiff(tmp_path / "x.tif", np.full((6, 5, 1), 101325, np.float32))
    with pytest.raises(UnusableImageError, match="101325, more than half-precision"):
        read(path)


def test_complex_numbers_are_refused(tmp_path, write_tiff):
    path = write_tiff(tmp_path / "x.tif", np.ones((6, 5, 1), np.complex64))
    with pytest.raises(UnusableImageError, match="save real numbers"):
        read_header(path)


def test_a_truncated_tiff_is_refused(tmp_path, write_tiff):
    path = write_tiff(tmp_path / "x.tif", np.ones((300, 300, 5), np.uint16))
    data = path.read_bytes()
    rule = rule_of(read_header(path))
    for length in (len(data) // 2, 200, 20):
        problem = "is not a picture" if length == 20 else "cannot be decoded"
        with pytest.raises(UnusableImageError, match=problem) as caught:
            decode(data[:length], rule)
        assert "vsimem" not in str(caught.value)


def test_the_contents_decide_not_the_name(tmp_path, write_tiff):
    values = random("uint16", 5)
    path = write_tiff(tmp_path / "x.tif", values)
    lying = path.rename(tmp_path / "photograph.jpg")
    assert (read(lying) == values).all()


def test_a_missing_package_says_what_to_install(tmp_path, write_tiff, monkeypatch):
    path = write_tiff(tmp_path / "x.tif", random("uint16", 5))
    monkeypatch.setitem(__import__("sys").modules, "rasterio", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'sidelight\[geo\]'"):
        read_header(path)


# NumPy


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float16", "float64"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_are_read_exactly(tmp_path, dtype, order):
    values = np.asarray(random(dtype, 3), order=order)
    path = tmp_path / "x.npy"
    np.save(path, values)
    expected = values.astype(int) + (32768 if dtype == "int16" else 0)
    assert (read(path) == expected).all()


def test_an_array_of_two_axes_is_one_band(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.arange(40, dtype=">u2").reshape(5, 8) + 1)
    assert (read(path)[..., 0] == np.arange(1, 41).reshape(5, 8)).all()


def test_an_array_of_truth_is_black_and_white(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.eye(8, dtype=bool))
    assert (read(path)[..., 0] == np.eye(8) * 255).all()


def test_nothing_is_unpickled(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.array([[{}]], dtype=object), allow_pickle=True)
    with pytest.raises(UnusableImageError, match="Python objects"):
        read_header(path)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (np.zeros(5), "1 axes"),
        (np.zeros((0, 5)), "no pixels"),
        (np.zeros((13, 80, 80)), "bands first"),
        (np.array([["a"]]), "real numbers"),
    ],
)
def test_arrays_that_are_no_pictures_are_refused(tmp_path, values, problem):
    path = tmp_path / "x.npy"
    np.save(path, values)
    with pytest.raises(UnusableImageError, match=problem):
        read_header(path)


def test_a_truncated_array_is_refused_by_its_header(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, random("uint16", 3))
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UnusableImageError, match="10 of 180 bytes are missing"):
        read_header(path)


def test_an_array_that_would_fill_the_memory_is_refused(tmp_path):
    stream = io.BytesIO()
    header = {"descr": "<u2", "fortran_order": False, "shape": (10**6, 10**6)}
    np.lib.format.write_array_header_1_0(stream, header)
    path = tmp_path / "x.npy"
    path.write_bytes(stream.getvalue())
    with pytest.raises(UnusableImageError, match="cut it up"):
        read_header(path)


def test_complex_values_of_radar_are_refused(tmp_path):
    import rasterio

    kind = {"driver": "GTiff", "dtype": "complex_int16"}
    path = tmp_path / "slc.tif"
    with rasterio.open(path, "w", height=4, width=4, count=1, **kind) as file:
        file.write(np.ones((1, 4, 4), np.complex64))
    with pytest.raises(UnusableImageError, match="complex64; save real numbers"):
        read_header(path)


def test_a_compression_that_gdal_alone_knows(tmp_path, write_tiff):
    values = random(np.uint8, 3)
    path = write_tiff(tmp_path / "x.tif", values, compress="LERC")
    assert (read(path) == values).all()


@pytest.mark.parametrize("dtype", [">u2", "<u2", ">i2", ">f4"])
def test_the_order_of_bytes_says_nothing_of_the_values(tmp_path, dtype):
    values = np.full((4, 5, 2), 4097, dtype)  # more than half-precision's 11 bits
    np.save(tmp_path / "x.npy", values)
    header = read_header(tmp_path / "x.npy")
    assert header.depth == {"u": "uint16", "i": "int16", "f": "float16"}[dtype[1]]
    lowest = 32768 if header.depth == "int16" else 0
    about = 4096 if header.depth == "float16" else 4097
    assert (read(tmp_path / "x.npy") == about + lowest).all()


def test_a_deep_png_on_its_side_is_turned(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter clockwise
    ramp = np.arange(1, 33, dtype=np.uint16).reshape(8, 4) * 500
    Image.fromarray(ramp).save(tmp_path / "x.png", exif=exif)
    header = read_header(tmp_path / "x.png")
    assert (header.height, header.width, header.depth) == (4, 8, "uint16")
    assert (read(tmp_path / "x.png")[..., 0] == np.rot90(ramp, -1)).all()


# DICOM


STORED = np.array([[-1024, 0], [100, 2047]], np.int16)


def test_12_signed_bits_are_rescaled_to_their_units(tmp_path, write_dicom):
    stored = (STORED + 1024).astype(np.uint16)
    tags = {"RescaleSlope": "1", "RescaleIntercept": "-1024"}
    for values, more in ((STORED, {}), (stored, tags)):
        path = write_dicom(tmp_path / "x.dcm", values, bits=12, **more)
        assert read_header(path).depth == "int16"
        assert (read(path)[..., 0].astype(int) - 32768 == STORED).all()


def test_a_slope_that_is_no_whole_number_gives_halves(tmp_path, write_dicom):
    tags = {"RescaleSlope": "0.5", "RescaleIntercept": "0"}
    path = write_dicom(tmp_path / "x.dcm", STORED, bits=12, **tags)
    assert read_header(path).depth == "float16"
    assert (read(path)[..., 0] == STORED / 2).all()


def test_values_beyond_16_signed_bits_after_rescaling_are_kept(tmp_path, write_dicom):
    stored = np.array([[0, 4000]], np.uint16)
    tags = {"RescaleSlope": "10", "RescaleIntercept": "0"}
    path = write_dicom(tmp_path / "x.dcm", stored, bits=12, **tags)
    assert read(path)[0, :, 0].tolist() == [0, 40000]


def test_a_slope_that_is_no_number_is_said(tmp_path, write_dicom):
    tags = {"RescaleSlope": "12345678", "RescaleIntercept": "0"}
    path = write_dicom(tmp_path / "x.dcm", STORED, bits=12, **tags)
    path.write_bytes(path.read_bytes().replace(b"12345678", b"1,234567"))
    with pytest.raises(UnusableImageError, match="slope or intercept that is not one"):
        read_header(path)


WINDOW = {"WindowCenter": "50", "WindowWidth": "100"}


def test_the_window_is_applied_as_the_standard_says(tmp_path, write_dicom):
    stored = np.array([[-1, 0, 49, 50, 99, 100]], np.int16)
    path = write_dicom(tmp_path / "x.dcm", stored, **WINDOW)
    header = read_header(path)
    assert header.window is True
    found = read(path, window=True, depth="uint8")
    # ((x - 49.5) / 99 + 0.5) * 255: PS3.3 C.11.2.1.2.1.
    assert found[0, :, 0].tolist() == [0, 0, 126, 129, 255, 255]


def test_inverted_grey_is_turned_round(tmp_path, write_dicom):
    stored = np.array([[0, 4095]], np.uint16)
    inverted = {"PhotometricInterpretation": "MONOCHROME1"}
    path = write_dicom(tmp_path / "x.dcm", stored, bits=12, **inverted)
    assert read(path)[0, :, 0].tolist() == [4095, 1]  # 0 would say: no data
    path = write_dicom(tmp_path / "y.dcm", stored, bits=12, **inverted, **WINDOW)
    assert read(path, window=True, depth="uint8")[0, :, 0].tolist() == [255, 0]


def test_padding_is_nodata(tmp_path, write_dicom):
    path = write_dicom(tmp_path / "x.dcm", STORED, bits=12, PixelPaddingValue=-1024)
    assert read(path)[0, 0, 0] == 0
    assert (read(path) == 0).sum() == 1


def test_padding_written_without_its_sign_is_nodata_too(tmp_path, write_dicom):
    stored = np.array([[-2000, 0], [100, 2047]], np.int16)
    path = write_dicom(tmp_path / "x.dcm", stored, bits=16)
    import pydicom

    dataset = pydicom.dcmread(path)
    dataset.add_new("PixelPaddingValue", "US", 63536)
    dataset.save_as(path)
    assert (read(path)[..., 0] == 0).tolist() == [[True, False], [False, False]]


def test_an_empty_padding_value_says_nothing(tmp_path, write_dicom):
    path = write_dicom(tmp_path / "x.dcm", STORED, bits=12, PixelPaddingValue=None)
    assert not read_header(path).masked
    assert (read(path) > 0).all()
    tags = {"PixelPaddingValue": -1024, "PixelPaddingRangeLimit": None}
    assert (read(write_dicom(tmp_path / "y.dcm", STORED, bits=12, **tags)) == 0).sum()


def test_colour_of_12_bits_is_brought_to_8(tmp_path, write_dicom):
    stored = np.full((4, 4, 3), 3000, np.uint16)
    colour = {"PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}
    tags = {"SamplesPerPixel": 3, "Rows": 4, "Columns": 4, "NumberOfFrames": 1}
    path = write_dicom(tmp_path / "x.dcm", stored, bits=12, **colour, **tags)
    assert (read(path) == 3000 >> 4).all()


def test_frames_are_bands(tmp_path, write_dicom):
    stored = np.stack([np.full((4, 3), n, np.uint16) for n in (5, 6)])
    assert read(write_dicom(tmp_path / "x.dcm", stored))[0, 0].tolist() == [5, 6]


def test_compressed_pixels_that_no_decoder_reads_are_named(tmp_path, write_dicom):
    from pydicom.uid import MPEG2MPML

    stored = np.zeros((4, 4), np.uint8)
    path = write_dicom(tmp_path / "x.dcm", stored, syntax=MPEG2MPML)
    with pytest.raises(UnusableImageError, match=r"compressed by MPEG2.*install"):
        read(path)


def test_compressed_pixels_are_read_where_a_decoder_is_there(tmp_path, write_dicom):
    import pydicom
    from pydicom.uid import RLELossless

    path = write_dicom(tmp_path / "x.dcm", STORED, bits=12)
    dataset = pydicom.dcmread(path)
    dataset.compress(RLELossless)
    dataset.save_as(path)
    assert (read(path)[..., 0].astype(int) - 32768 == STORED).all()


def test_a_truncated_dicom_is_refused(tmp_path, write_dicom):
    path = write_dicom(tmp_path / "x.dcm", np.ones((64, 64), np.uint16))
    data = path.read_bytes()
    rule = rule_of(read_header(path))
    for length in (len(data) - 1000, 140):
        with pytest.raises(UnusableImageError):
            decode(data[:length], rule)


# Colour


def test_a_colour_profile_is_applied():
    # A colour space in which red and green have changed places.
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = swapped.replace(b"rXYZ", b"_XYZ", 1).replace(b"gXYZ", b"rXYZ", 1)
    swapped = swapped.replace(b"_XYZ", b"gXYZ", 1)
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    stream = io.BytesIO()
    picture = Image.new("RGB", (8, 8), (200, 50, 60))
    picture.save(stream, "PNG", icc_profile=swapped)
    rule = ImageRule(height=8, width=8, bands=3)
    found = decode(stream.getvalue(), rule).astype(int)
    assert np.abs(found - (50, 200, 60)).max() <= 2


def test_srgb_and_damaged_profiles_leave_the_pixels_as_they_are():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rule = ImageRule(height=8, width=8, bands=3)
    for profile in (srgb, b"nonsense"):
        stream = io.BytesIO()
        Image.new("RGB", (8, 8), (60, 120, 60)).save(stream, "PNG", icc_profile=profile)
        assert (decode(stream.getvalue(), rule) == (60, 120, 60)).all()


# For eyes


@pytest.mark.parametrize(("bands", "shown"), [(1, 1), (2, 1), (3, 3), (13, 3)])
def test_a_preview_of_deep_pictures_is_grey_or_colour(
    tmp_path, write_tiff, bands, shown
):
    values = random("uint16", bands, high=60000)
    found = preview(write_tiff(tmp_path / "x.tif", values), 100)
    assert (found.shape, found.dtype) == ((6, 5, shown), np.uint8)
    assert (found.min(), found.max()) == (0, 255)
    brightest = np.unravel_index(values[..., 0].argmax(), (6, 5))
    assert found[(*brightest, 0)] == 255


def test_a_preview_is_small_and_shows_values_that_half_precision_cannot(
    tmp_path, write_tiff
):
    ramp = np.linspace(1e6, 2e6, 80 * 40).reshape(80, 40, 1).astype(np.float32)
    found = preview(write_tiff(tmp_path / "x.tif", ramp), 20)
    assert found.shape == (20, 10, 1)
    assert (np.diff(found[:, 5, 0].astype(int)) >= 0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_preview_is_not_spoilt_by_what_says_no_data(tmp_path, write_tiff, dtype):
    lowest = float(np.finfo(dtype).min)
    values = np.linspace(0, 30, 64).reshape(8, 8, 1).astype(dtype)
    values[0, 0] = lowest
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        path = write_tiff(tmp_path / "x.tif", values, nodata=lowest)
        found = preview(path, 8)
        shown = thumbnail(path.read_bytes(), 8)[..., :1]
    assert found[0, 0] == 0
    assert len(np.unique(found)) > 50
    assert (shown == found).all()
