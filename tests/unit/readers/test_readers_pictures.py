"""Headers and names of pictures as columns of a table, from door to door."""

import numpy as np
import polars as pl
import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from sidelight.errors import (
    ColumnNotFoundError,
    ConfigError,
    DataWarning,
    MissingPackageError,
    TableError,
    UnknownNameError,
)
from sidelight.readers import Join, read_table
from sidelight.readers.headers.exif import ExifReader
from sidelight.table import load_schema, save_schema

N = 12
NAMES = [f"{'north' if i % 2 else 'south'}_{i:02d}.jpg" for i in range(N)]
PATTERN = "{site}_{n:int}.jpg"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for i, name in enumerate(NAMES):
        exif = Image.Exif()
        exif[Base.Model] = "AB"[i // 2 % 2]
        shot = {Base.DateTimeOriginal: f"2021:07:{i + 1:02d} 10:00:00"}
        exif.get_ifd(IFD.Exif).update({**shot, Base.OffsetTime: "Z"})
        exif.get_ifd(IFD.GPSInfo).update(
            {
                GPS.GPSLatitudeRef: "N",
                GPS.GPSLatitude: (float(i), 0.0, 0.0),
                GPS.GPSLongitudeRef: "W",
                GPS.GPSLongitude: (float(2 * i), 0.0, 0.0),
            }
        )
        noise = np.random.default_rng(i).integers(0, 255, (6, 6, 3), dtype=np.uint8)
        Image.fromarray(noise).save(folder / name, exif=exif)
        (folder / f"{name}.json").write_text(f'{{"gain": {i / 2}}}')
    return folder


@pytest.fixture
def frame():
    return pl.DataFrame({"file": NAMES, "y": ["a", "b", "b"] * (N // 3)})


@pytest.fixture
def read(folder, frame):
    def read(source=frame, **options):
        given = {"images": folder, "image": "file", "target": "y", **options}
        return read_table(source, **given)

    return read


ASKED = {"headers": ["exif", "sidecar"], "from_name": PATTERN}


def test_headers_and_names_become_metadata(read):
    table = read(**ASKED)
    kinds = {column.name: column.kind for column in table.schema.columns}
    assert kinds == {
        "site": "categorical",
        "exif_time": "datetime",
        "location": "location",
        "exif_model": "categorical",
        "sidecar_gain": "numeric",
    }
    location = table.schema.column("location")
    assert location.sources == ("exif_latitude", "exif_longitude")
    assert table.frame["exif_longitude"].to_list() == [-2.0 * i for i in range(N)]
    assert table.frame["n"].to_list() == list(range(N))


def test_a_stored_schema_repeats_them(read, tmp_path):
    first = read(**ASKED)
    save_schema(first.schema, tmp_path / "schema.json")
    schema = load_schema(tmp_path / "schema.json")
    new = read(pl.DataFrame({"file": NAMES[3:5]}), schema=schema, target=None)
    assert new.frame["exif_model"].to_list() == ["B", "A"]
    assert new.frame["site"].to_list() == ["north", "south"]
    with pytest.raises(ConfigError, match="headers and from_name cannot be given"):
        read(schema=schema, **ASKED)


def test_a_schema_reads_only_what_it_has_use_of(read, frame, monkeypatch):
    pattern = "{species}_{n:int}.jpg"
    first = read(frame.drop("y"), from_name=pattern, target="species", headers=["exif"])
    schema = first.schema
    # Names that follow no pattern may be answered: the species is what is asked.
    asked = schema.without_target()
    odd = pl.DataFrame({"file": ["odd.jpg"]})
    with pytest.warns(DataWarning, match="None of the 1 pictures"):
        answered = read(odd, schema=asked, target=None, look=False)
    assert answered.frame["exif_model"].to_list() == [None]
    with pytest.raises(TableError, match="no name follows"):
        read(odd, schema=schema, target="species")
    # What the table has already is taken as it is, and no header is read then.
    monkeypatch.setattr(ExifReader, "_look", lambda *_: pytest.fail("read"))
    table = read(
        pl.DataFrame({"file": NAMES[:1], **_known(schema)}), schema=asked, target=None
    )
    assert table.frame["exif_model"].to_list() == ["Z"]


def _known(schema):
    sources = [name for column in schema.columns for name in column.sources]
    cells = {"exif_time": ["2021-07-04T10:00:00"], "exif_model": ["Z"]}
    return {name: cells.get(name, [1.0]) for name in sources}


def test_they_can_be_kept_for_the_split(read):
    table = read(keep=["site", "exif_model"], drop=["site"], from_name=PATTERN,
                 headers=["exif"])  # fmt: skip
    assert "site" in table.schema.ignored
    with pytest.raises(ColumnNotFoundError, match="no column 'site'"):
        read(keep=["site"])


def test_pictures_that_are_gone_have_empty_cells(read, frame):
    names = [*NAMES[:3], "south_99.jpg"]
    gone = pl.DataFrame({"file": names, "y": ["a", "b", "a", "b"]})
    table = read(gone, look=False, **ASKED)
    assert table.frame["exif_model"].to_list() == ["A", "A", "B", None]
    assert len(table.images) == 0


def test_a_model_that_can_do_without_needs_no_pictures(read, frame):
    schema = read(**ASKED).schema
    with pytest.warns(DataWarning, match="all rows do without"):
        table = read(
            frame.drop("file"), schema=schema, may_miss=True, image=None, target=None
        )
    assert table.frame["site"].null_count() == N


def test_notes_are_kept(read):
    with pytest.warns(DataWarning, match="None of the 12 pictures has an XMP packet"):
        table = read(headers=["xmp"])
    assert "None of the 12 pictures has an XMP packet." in table.notes


def test_what_a_name_says_may_be_the_target(read, frame):
    table = read(frame.drop("y"), from_name="{species}_{n:int}.jpg", target="species")
    assert table.target().to_list() == ["south", "north"] * (N // 2)


def test_what_a_name_says_may_be_the_key_of_a_join(read):
    sites = pl.DataFrame({"site": ["north", "south"], "slope": [12.5, 3.0]})
    join = Join(source=sites, key="site", cardinality="many_to_one")
    table = read(from_name=PATTERN, join=[join])
    assert table.frame["slope"].to_list() == [3.0, 12.5] * (N // 2)


def test_pictures_that_only_the_other_table_names(read, frame):
    patients = pl.DataFrame({"who": [0, 1, 2], "y": ["a", "b", "b"]})
    named = frame.select("file").with_columns(who=pl.Series([0, 1, 2] * (N // 3)))
    join = Join(source=named, key="who", cardinality="one_to_many")
    table = read(patients, from_name=PATTERN, headers=["exif"], join=[join])
    assert table.frame["n"].to_list() == list(range(N))
    assert table.frame["exif_model"].to_list() == ["A", "A", "B", "B"] * (N // 4)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"headers": ["exit"]}, UnknownNameError, "no header 'exit'.*mean 'exif"),
        ({"headers": ["exif:Modell"]}, ConfigError, "no field 'Modell'.*'Model'"),
        ({"headers": ["exif"], "image": None}, ConfigError, "--headers needs pictures"),
        ({"from_name": PATTERN, "image": None}, ConfigError, "--from-name needs pict"),
        ({"headers": ["exif"], "image": "fiel"}, ColumnNotFoundError, "mean 'file'"),
        ({"from_name": "{y}_{n}.jpg"}, TableError, "gives 'y', and the table has such"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(read, options, error, said):
    with pytest.raises(error, match=said):
        read(**options)


def test_a_column_of_the_header_that_is_there_already(read, frame):
    twice = frame.with_columns(exif_model=pl.lit("x"))
    with pytest.raises(TableError, match=r"--headers exif gives 'exif_model'.*Rename"):
        read(twice, headers=["exif"])


@pytest.mark.parametrize(
    ("header", "package", "extra"),
    [("geotiff", "rasterio", "geo"), ("dicom", "pydicom", "medical")],
)
def test_a_package_that_is_missing_is_named(read, monkeypatch, header, package, extra):
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(MissingPackageError, match=rf"{package}.*sidelight\[{extra}\]"):
        read(headers=[header])
