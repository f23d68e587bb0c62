import json
import math
import struct

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidelight.errors import ConfigError, DataWarning, ImageError, TableError
from sidelight.readers import find_reader, read_table
from sidelight.readers.tables._stac.footprint import centre_of_geojson, centre_of_wkb

EXTENSIONS = [
    "https://stac-extensions.github.io/eo/v1.0.0/schema.json",
    "https://stac-extensions.github.io/view/v1.0.0/schema.json",
    "https://stac-extensions.github.io/projection/v1.0.0/schema.json",
]


def box(west, south, east, north):
    corners = [[west, south], [east, south], [east, north], [west, north]]
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def asset(href, media="image/tiff", roles=("data",), band=None, common=None):
    made = {"href": href, "type": media, "roles": list(roles)}
    if band:
        made["eo:bands"] = [{"name": band, "common_name": common}]
    return made


def item(number, **changes):
    made = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": EXTENSIONS,
        "id": f"scene-{number}",
        "geometry": box(10, number, 12, number + 2),
        "bbox": [10, number, 12, number + 2],
        "properties": {
            "datetime": f"2021-03-{number + 1:02d}T10:00:00Z",
            "platform": "ab"[number % 2],
            "instruments": ["msi", "olci"],
            "gsd": 10,
            "eo:cloud_cover": number * 12.5,
            "view:off_nadir": number * 0.5,
            "proj:epsg": 32633,
            "proj:shape": [10, 10],
        },
        "links": [],
        "assets": {
            "B04": asset(f"./{number}_red.tif", band="B04", common="red"),
            "B03": asset(f"./{number}_green.tif", band="B03", common="green"),
            "visual": asset(f"./{number}.tif", roles=["visual"]),
            "thumb": asset("https://example.org/t.png", "image/png", ["thumbnail"]),
            "info": asset("./info.xml", "application/xml", ["metadata"]),
        },
    }
    return made | changes


def catalogue(folder, items, name="catalog.json", links=()):
    folder.mkdir(exist_ok=True)
    all_links = list(links)
    for one in items:
        place = folder / one["id"]
        place.mkdir(exist_ok=True)
        (place / "item.json").write_text(json.dumps(one))
        all_links.append({"rel": "item", "href": f"./{one['id']}/item.json"})
    return link_file(folder / name, all_links)


def link_file(path, links):
    content = {"type": "Catalog", "id": "c", "stac_version": "1.0.0", "links": links}
    path.write_text(json.dumps(content | {"description": "d"}))
    return path


def read(path, **options):
    return find_reader(str(path)).read(str(path), **options)


@pytest.fixture
def linked(tmp_path):
    return catalogue(tmp_path / "c", [item(n) for n in range(4)])


def test_an_item_is_a_row_with_its_properties(linked):
    frame = read(linked)
    assert frame["id"].to_list() == [f"scene-{n}" for n in range(4)]
    assert frame["image"][1] == "scene-1/1.tif"
    assert frame["eo:cloud_cover"].to_list() == [0, 12.5, 25, 37.5]
    assert frame["view:off_nadir"].to_list() == [0, 0.5, 1, 1.5]
    assert frame["instruments"].to_list() == ["msi;olci"] * 4
    assert frame["gsd"].dtype == pl.Int64
    assert frame["proj:code"][0] == "EPSG:32633"  # as STAC 1.1 writes it
    assert "proj:shape" not in frame.columns
    assert frame["longitude"].to_list() == [11.0] * 4
    assert frame["latitude"][0] == pytest.approx(1, abs=0.01)


def test_a_table_of_them_is_read_with_location_time_and_pictures(linked):
    for n in range(4):
        (linked.parent / f"scene-{n}" / f"{n}.tif").write_bytes(b"x%d" % n)
    table = read_table(linked)
    kinds = {c.name: c.kind for c in table.schema.columns}
    assert table.schema.image == "image"
    assert kinds["datetime"] == "datetime"
    assert table.images[2] == linked.parent / "scene-2" / "2.tif"


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        (None, "scene-0/0.tif"),
        ("B04", "scene-0/0_red.tif"),
        ("red", "scene-0/0_red.tif"),
        ("GREEN", "scene-0/0_green.tif"),
        ("thumbnail", "https://example.org/t.png"),
        ("info", "scene-0/info.xml"),
    ],
)
def test_an_asset_is_chosen_by_key_band_or_role(linked, wanted, first):
    assert read(linked, asset=wanted)["image"][0] == first


def test_an_asset_that_is_none_or_not_the_only_one_lists_what_there_is(linked):
    with pytest.raises(TableError, match="called 'nir'") as caught:
        read(linked, asset="nir")
    said = str(caught.value)
    assert "image/tiff: 'B04', 'B03', 'visual'; image/png: 'thumb'" in said
    with pytest.raises(TableError, match="4 items have several assets that fit 'data'"):
        read(linked, asset="data")


def test_without_a_visual_asset_one_has_to_be_named(tmp_path):
    bare = item(0)
    del bare["assets"]["visual"]
    path = tmp_path / "item.json"
    path.write_text(json.dumps(bare))
    with pytest.raises(TableError, match=r"several assets that are pictures.*--asset"):
        read(path)
    del bare["assets"]["B03"]
    path.write_text(json.dumps(bare))
    assert read(path)["image"].to_list() == ["0_red.tif"]


def test_a_missing_asset_is_a_row_without_a_picture(tmp_path):
    items = [item(n) for n in range(4)]
    del items[1]["assets"]["B04"]
    path = catalogue(tmp_path / "c", items)
    for n in (0, 2, 3):
        (path.parent / f"scene-{n}" / f"{n}_red.tif").write_bytes(b"x%d" % n)
    with pytest.warns(DataWarning, match=r"1 item has no asset 'B04' \(rows 2\)"):
        assert read(path, asset="red")["image"].null_count() == 1
    with (
        pytest.warns(DataWarning, match="no asset"),
        pytest.raises(ImageError, match=r"names no picture \(row 2\)"),
    ):
        read_table(path, asset="red")


def test_collections_of_items_in_one_file(tmp_path):
    path = tmp_path / "found.geojson"
    content = {"type": "FeatureCollection", "features": [item(0), item(1)]}
    path.write_text(json.dumps(content))
    assert read(path)["id"].to_list() == ["scene-0", "scene-1"]


@pytest.mark.parametrize(
    "geometry",
    [
        "POINT (1 2)",
        {"type": "Point", "coordinates": 5},
        {"type": "Polygon", "coordinates": [[["east", 0]]]},
    ],
)
def test_geometries_that_are_none_are_named_with_their_rows(tmp_path, geometry):
    path = tmp_path / "found.geojson"
    features = [item(0), item(1, geometry=geometry), item(2)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(TableError, match=r"1 geometry cannot be read \(row 2: .*scene"):
        read(path)


def test_an_interval_and_no_geometry(tmp_path):
    properties = {"datetime": None, "start_datetime": "2020-01-01T00:00:00Z"}
    properties["end_datetime"] = "2020-02-01T00:00:00Z"
    one = item(0, geometry=None, properties=properties)
    del one["bbox"]
    path = tmp_path / "item.json"
    path.write_text(json.dumps(one))
    frame = read(path)
    assert frame["datetime"][0] == "2020-01-01T00:00:00Z"
    assert frame["latitude"].to_list() == [None]


def test_items_reached_twice_are_read_once(tmp_path):
    shared = catalogue(tmp_path / "shared", [item(0), item(1)])
    child = {"rel": "child", "href": "../shared/catalog.json"}
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        link_file(tmp_path / name / "catalog.json", [child])
    links = [{"rel": "child", "href": f"./{n}/catalog.json"} for n in "ab"]
    assert shared.exists()
    assert read(link_file(tmp_path / "catalog.json", links)).height == 2


def test_links_in_a_circle_are_told(tmp_path):
    (tmp_path / "b").mkdir()
    up = [{"rel": "child", "href": "../catalog.json"}]
    link_file(tmp_path / "b" / "catalog.json", up)
    down = [{"rel": "child", "href": "b/catalog.json"}]
    path = link_file(tmp_path / "catalog.json", down)
    with pytest.raises(TableError, match=r"in a circle: .*b/catalog.json → "):
        read(path)


def test_links_that_lead_nowhere_or_away(linked, tmp_path):
    gone = [{"rel": "item", "href": "./gone.json"}]
    with pytest.raises(TableError, match=r"links to .*gone.json, where there is no"):
        read(link_file(tmp_path / "x.json", gone))
    away = [{"rel": "item", "href": "https://example.org/item.json"}]
    with pytest.raises(TableError, match="1 link leads away from this machine: https"):
        read(link_file(tmp_path / "y.json", away))
    with pytest.raises(TableError, match="there is no item in it"):
        read(link_file(tmp_path / "z.json", []))


def test_a_service_beside_local_items_is_not_asked(tmp_path):
    service = {"rel": "items", "href": "https://example.org/items"}
    path = catalogue(tmp_path / "c", [item(0)], links=[service])
    assert read(path).height == 1
    with pytest.raises(TableError, match="1 link leads away"):
        read(link_file(tmp_path / "x.json", [service]))


def test_a_damaged_item_is_named(tmp_path):
    path = tmp_path / "item.json"
    path.write_text(json.dumps({"type": "Feature", "stac_version": "1.0.0"}))
    with pytest.raises(TableError, match="item 1 is no STAC item"):
        read(path)


def wkb(geometry):
    rings = geometry["coordinates"]
    data = struct.pack("<BII", 1, 3, len(rings))
    for ring in rings:
        data += struct.pack("<I", len(ring)) + np.array(ring, "<f8").tobytes()
    return data


def test_geoparquet_gives_the_same_table(linked, tmp_path):
    items = [item(n) for n in range(4)]
    frame = pl.DataFrame(
        {
            "id": [one["id"] for one in items],
            "geometry": [wkb(one["geometry"]) for one in items],
            "bbox": [dict(zip("abcd", one["bbox"], strict=True)) for one in items],
            "assets": [one["assets"] for one in items],
            "platform": [one["properties"]["platform"] for one in items],
            "instruments": [one["properties"]["instruments"] for one in items],
            "eo:cloud_cover": [one["properties"]["eo:cloud_cover"] for one in items],
        }
    )
    path = tmp_path / "items.parquet"
    frame.write_parquet(path)
    found, wanted = read(path, asset="green"), read(linked, asset="green")
    for name in found.columns:
        if name != "image":  # the items of the catalogue have folders of their own
            assert found[name].to_list() == wanted[name].to_list()
    assert found["image"][3] == "3_green.tif"
    with pytest.raises(TableError, match="called 'nir'"):
        read(path, asset="nir")
    table = frame.to_arrow()
    named = {"ARROW:extension:name": "geoarrow.wkb"}  # as stac-geoparquet has it
    field = table.schema.field("geometry").with_metadata(named)
    pq.write_table(table.set_column(1, field, table["geometry"]), path)
    assert read(path, asset="green").equals(found)
    frame.with_columns(geometry=pl.lit(b"\1\3\0\0\0\xff")).write_parquet(path)
    with pytest.raises(TableError, match="4 geometries cannot be read"):
        read(path)


def test_only_stac_has_assets(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n")
    with pytest.raises(ConfigError, match="--asset"):
        read(path, asset="red")


@pytest.mark.parametrize(
    ("geometry", "centre"),
    [
        (box(179, -1, -179, 1), (0, 180)),
        (box(179, -1, 181, 1), (0, 180)),
        (box(-180, 60, 180, 90), (90, None)),
        ({"type": "Point", "coordinates": [5, 6, 700]}, (6, 5)),
        ({"type": "LineString", "coordinates": [[0, 0], [2, 0]]}, (0, 1)),
        (
            {
                "type": "MultiPolygon",
                "coordinates": [
                    box(179, -1, 180, 1)["coordinates"],
                    box(-180, -1, -179, 1)["coordinates"],
                ],
            },
            (0, 180),
        ),
    ],
)
def test_the_middle_has_no_seam(geometry, centre):
    latitude, longitude = centre_of_geojson(geometry)
    assert latitude == pytest.approx(centre[0], abs=1e-6)
    if centre[1] is not None:
        assert abs(longitude) == pytest.approx(centre[1], abs=1e-6)


def test_a_hole_moves_the_middle():
    holed = box(0, -1, 4, 1)
    holed["coordinates"] += box(3, -1, 4, 1)["coordinates"]
    assert centre_of_geojson(holed)[1] == pytest.approx(1.5, abs=1e-3)
    assert centre_of_geojson(box(-180, -90, 180, 90)) is None
    assert centre_of_geojson({"type": "Polygon", "coordinates": []}) is None


@given(st.floats(-180, 180), st.floats(-60, 60), st.floats(0.1, 5), st.floats(0.1, 5))
def test_the_middle_of_a_box_is_in_its_middle(lon, lat, width, height):
    west, east = lon - width / 2, lon + width / 2
    geometry = box(west, lat - height / 2, east, lat + height / 2)
    latitude, longitude = centre_of_geojson(geometry)
    # Its upper and lower sides are great circles, which rise towards the pole.
    slope = abs(math.sin(2 * math.radians(lat))) / 2
    rise = math.degrees(math.radians(width) ** 2 / 8 * slope)
    assert latitude == pytest.approx(lat, abs=0.05 * height + rise)
    assert (longitude - lon + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)
    assert centre_of_wkb(wkb(geometry)) == (latitude, longitude)
    turned = {**geometry, "coordinates": [geometry["coordinates"][0][::-1]]}
    assert centre_of_geojson(turned) == pytest.approx((latitude, longitude), abs=1e-6)
