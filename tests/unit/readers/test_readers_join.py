import json
import re

import numpy as np
import polars as pl
import pytest
from PIL import Image

from sidelight.errors import ColumnNotFoundError, ConfigError, DataWarning, TableError
from sidelight.readers import Join, read_table

N = 8


def paint(folder, num=N):
    folder.mkdir(exist_ok=True)
    for i in range(num):
        Image.new("RGB", (4, 4), (i, i, i)).save(folder / f"{i}.png")


@pytest.fixture
def scenes(tmp_path):
    """Eight pictures at four sites, two each; the class alternates."""
    paint(tmp_path)
    frame = pl.DataFrame(
        {
            "file": [f"{i}.png" for i in range(N)],
            "site": [i // 2 for i in range(N)],
            "label": ["a", "b"] * (N // 2),
        }
    )
    frame.write_csv(tmp_path / "scenes.csv")
    return frame


SITES = pl.DataFrame({"site": ["0", "1", "2", "3"], "slope": [0.5, 1.5, 2.5, 3.5]})


def joined(source, *joins, **options):
    roles = {"image": "file", "target": "label"} | options
    return read_table(source, join=joins, **roles)


def test_many_pictures_share_a_row_of_the_other_table(scenes, tmp_path):
    SITES.write_csv(tmp_path / "sites.csv")
    join = Join(source=tmp_path / "sites.csv", key="site", cardinality="many_to_one")
    table = joined(tmp_path / "scenes.csv", join)
    assert table.frame["slope"].to_list() == np.repeat(SITES["slope"], 2).tolist()
    assert table.rows.tolist() == list(range(1, N + 1))
    assert "slope" in [column.name for column in table.schema.columns]
    assert table.source == str(tmp_path / "scenes.csv")


def test_one_to_one_pairs_every_row(scenes, tmp_path):
    other = pl.DataFrame({"name": [f"{i}.png" for i in range(N)][::-1]})
    other = other.with_columns(wind=pl.int_range(N))
    table = joined(scenes, Join(source=other, key="file=name"), images=tmp_path)
    assert table.frame["wind"].to_list() == list(range(N))[::-1]
    assert "name" not in table.frame.columns


def test_one_row_has_many_pictures_in_the_other_table(scenes, tmp_path):
    chips = tmp_path / "chips"
    paint(chips)
    scenes.reverse().drop("label").write_csv(chips / "pictures.csv")
    sites = SITES.with_columns(label=pl.Series(["a", "b", "a", "b"]))
    sites.write_csv(tmp_path / "sites.csv")
    join = Join(source=chips / "pictures.csv", key="site", cardinality="one_to_many")
    table = joined(tmp_path / "sites.csv", join)
    # Rows and relative paths are those of the table that names the pictures.
    assert list(table.images) == [chips / f"{i}.png" for i in range(N)][::-1]
    assert table.source == str(chips / "pictures.csv")
    assert table.frame["slope"].to_list() == np.repeat(SITES["slope"], 2)[::-1].tolist()
    assert table.target().to_list() == ["b", "b", "a", "a"] * 2


def test_several_joins_follow_one_another(scenes, tmp_path):
    regions = pl.DataFrame({"region": ["n", "s"], "height": [10, 20]})
    sites = SITES.with_columns(region=pl.Series(["n", "n", "s", "s"]))
    table = joined(
        scenes,
        Join(source=sites, key="site", cardinality="many_to_one"),
        Join(source=regions, key="region", cardinality="many_to_one"),
        images=tmp_path,
    )
    assert table.frame["height"].to_list() == [10] * 4 + [20] * 4


def test_a_key_of_several_columns(scenes, tmp_path):
    other = scenes.select("site", pl.col("label").alias("class"))
    other = other.with_columns(wind=pl.int_range(N)).sample(fraction=1, shuffle=True)
    table = joined(scenes, Join(source=other, key="site, label=class"), images=tmp_path)
    assert table.frame["wind"].to_list() == list(range(N))


@pytest.mark.parametrize(
    "keys",
    [
        [0, 1, 2, 3],
        [0.0, 1.0, 2.0, 3.0],
        ["0", " 1", "2 ", "3.0"],
        pl.Series(["0", "1", "2", "3"], dtype=pl.Categorical),
    ],
    ids=["int", "float", "text", "category"],
)
def test_keys_of_other_types_are_the_same_keys(scenes, tmp_path, keys):
    other = pl.DataFrame({"site": keys, "slope": SITES["slope"]}, strict=False)
    join = Join(source=other, key="site", cardinality="many_to_one")
    table = joined(scenes, join, images=tmp_path)
    assert table.frame["slope"].null_count() == 0


def test_leading_zeros_make_another_key_and_nothing_matches(scenes, tmp_path):
    other = SITES.with_columns(site="0" + pl.col("site"))
    join = Join(source=other, key="site", cardinality="many_to_one")
    with pytest.raises(TableError) as caught:
        joined(scenes, join, images=tmp_path)
    assert "no key of the Polars frame ('0', '1', '2', …) stands in" in str(
        caught.value
    )
    assert "('00', '01', '02', …)" in str(caught.value)
    assert "--on HERE=THERE" in str(caught.value)


def test_empty_keys_match_nothing(scenes, tmp_path):
    main = scenes.with_columns(site=pl.Series(["", "NA", "1", "1", "2", "2", "3", "3"]))
    other = pl.DataFrame({"site": [None, "", "1", "2", "3"], "slope": [9, 9, 1, 2, 3]})
    join = Join(source=other, key="site", cardinality="many_to_one")
    with pytest.warns(DataWarning, match="2 of 8 rows"):
        table = joined(main, join, images=tmp_path)
    assert table.frame["slope"].to_list() == [None, None, 1, 1, 2, 2, 3, 3]


def test_unmatched_keys_of_both_sides_are_counted_and_listed(scenes, tmp_path):
    other = SITES.with_columns(site=pl.Series(["0", "1", "2", "77"]))
    join = Join(source=other, key="site", cardinality="many_to_one")
    with pytest.warns(DataWarning) as warned:
        table = joined(scenes, join, images=tmp_path)
    (note,) = table.notes
    assert [str(w.message) for w in warned] == [note]
    assert (
        "2 of 8 rows of the Polars frame have no match and get empty cells ('3')"
        in note
    )
    assert "1 of 4 rows of the Polars frame have none either ('77')" in note
    assert table.frame["slope"].null_count() == 2


def test_rows_without_a_match_are_dropped_on_request(scenes, tmp_path):
    other = SITES[:3]
    join = Join(source=other, key="site", cardinality="many_to_one")
    with pytest.warns(DataWarning):
        table = joined(scenes, join, images=tmp_path, on_bad="drop")
    assert table.rows.tolist() == [1, 2, 3, 4, 5, 6]
    assert table.dropped == {"no match in the Polars frame": 2}


def test_repeated_keys_are_named_with_the_cardinality_that_allows_them(
    scenes, tmp_path
):
    with pytest.raises(TableError) as caught:
        joined(scenes, Join(source=SITES, key="site"), images=tmp_path)
    said = str(caught.value)
    assert "4 keys stand in several rows, so the join is not one_to_one" in said
    assert "rows 1, 2, 3, 4, 5, … 8 in total: '0', '0', '1', '1', '2'" in said
    assert "--cardinality many_to_one (cardinality='many_to_one')" in said
    assert caught.value.rows == list(range(1, 9))


def test_a_key_that_repeats_in_the_other_table_names_that_table(scenes, tmp_path):
    pl.concat([SITES, SITES[1:2]]).write_csv(tmp_path / "sites.csv")
    join = Join(source=tmp_path / "sites.csv", key="site", cardinality="many_to_one")
    with pytest.raises(TableError) as caught:
        joined(scenes, join, images=tmp_path)
    assert caught.value.path == str(tmp_path / "sites.csv")
    assert caught.value.rows == [2, 5]
    assert "1 key stands in several rows" in str(caught.value)
    assert "Keys repeat in the Polars frame too" in str(caught.value)


def test_one_to_many_needs_unique_keys_here(scenes, tmp_path):
    join = Join(source=scenes.drop("label"), key="site", cardinality="one_to_many")
    twice = pl.concat([SITES, SITES[:1]]).with_columns(label=pl.lit("a"))
    with pytest.raises(TableError, match="not one_to_many") as caught:
        joined(twice, join, images=tmp_path)
    assert caught.value.rows == [1, 5]


def test_one_to_many_does_not_repeat_pictures(scenes, tmp_path):
    other = pl.DataFrame({"site": [0, 0, 1], "visit": [1, 2, 3]})
    join = Join(source=other, key="site", cardinality="one_to_many")
    with pytest.raises(ConfigError, match="would repeat the pictures of 'file'"):
        joined(scenes, join, images=tmp_path)


def test_one_to_many_comes_first(scenes, tmp_path):
    many = Join(source=scenes, key="site", cardinality="one_to_many")
    one = Join(source=SITES, key="site")
    with pytest.raises(ConfigError, match="has to come first"):
        joined(SITES.with_columns(label=pl.lit("a")), one, many, images=tmp_path)


def test_a_column_of_both_tables_is_refused_unless_it_is_the_same(scenes, tmp_path):
    same = SITES.with_columns(day=pl.Series(["1", "1", "2", "2"]))
    main = scenes.with_columns(day=pl.col("site") // 2 + 1)
    join = Join(source=same, key="site", cardinality="many_to_one")
    assert joined(main, join, images=tmp_path).frame.columns.count("day") == 1
    other = same.with_columns(day=pl.lit("3"), label=pl.lit("z"))
    join = Join(source=other, key="site", cardinality="many_to_one")
    with pytest.raises(TableError) as caught:
        joined(main, join, images=tmp_path)
    assert "2 columns are in the Polars frame too, with other cells" in str(
        caught.value
    )
    assert "'day', 'label'" in str(caught.value)


def test_a_key_that_is_not_there_is_named_with_its_table(scenes, tmp_path):
    SITES.write_csv(tmp_path / "sites.csv")
    join = Join(source=tmp_path / "sites.csv", key="site=sites")
    with pytest.raises(ColumnNotFoundError) as caught:
        joined(scenes, join, images=tmp_path)
    assert "there is no column 'sites'" in str(caught.value)
    assert "sites.csv" in str(caught.value)
    assert "Did you mean 'site'?" in str(caught.value)


def test_a_join_is_written_as_it_was_asked_for(tmp_path):
    join = Join(source=tmp_path / "a.csv", key="x,y=z", cardinality="many_to_one")
    written = json.loads(join.model_dump_json())
    assert written["source"] == str(tmp_path / "a.csv")
    assert Join.model_validate(written).names() == (["x", "y"], ["x", "z"])
    assert Join(source=SITES, key="x").model_dump()["source"] == "the Polars frame"
    secret = Join(source="postgresql://me:hush@host/db", key="x")
    assert not re.search("hush", secret.model_dump_json())


def test_in_a_large_table_every_row_gets_its_own_cells():
    num = 200_000
    main = pl.DataFrame(
        {"k": pl.int_range(num, eager=True), "label": ["a", "b"] * (num // 2)}
    )
    other = pl.DataFrame({"k": pl.int_range(num, eager=True).reverse().cast(pl.String)})
    other = other.with_columns(x=pl.col("k").cast(pl.Int64) * 2)
    table = read_table(main, target="label", join=[Join(source=other, key="k")])
    assert (table.frame["x"] == 2 * main["k"]).all()


@pytest.mark.parametrize(
    "cells", [[["a"], ["b"]], [b"\xff", b"\xfe"]], ids=["lists", "bytes"]
)
def test_lists_and_bytes_may_stand_in_both_tables_but_are_no_key(cells):
    main = pl.DataFrame({"k": [1, 2], "more": cells, "y": [1.5, 2.5]})
    other = pl.DataFrame({"k": ["2", "1"], "more": cells[::-1], "x": [20, 10]})
    table = read_table(main, target="y", join=[Join(source=other, key="k")])
    assert table.frame["x"].to_list() == [10, 20]
    wrong = other.with_columns(pl.col("more").reverse())
    with pytest.raises(TableError, match="1 column is in the Polars frame too"):
        read_table(main, target="y", join=[Join(source=wrong, key="k")])
    with pytest.raises(TableError, match=r"Column 'more'.* are no key.*--on COLUMN"):
        read_table(main, target="y", join=[Join(source=other, key="more")])


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_times_in_text_and_typed_ones_are_the_same_keys(zone):
    texts = ["2021-03-04 10:30:00", "2021-03-04 10:30:00.5"]
    main = pl.DataFrame({"t": texts, "seen": texts, "y": [1.5, 2.5]})
    typed = pl.Series(texts).str.to_datetime("%Y-%m-%d %H:%M:%S%.f")
    if zone is not None:
        typed = typed.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    other = pl.DataFrame({"t": typed, "seen": typed, "x": [1, 2]}).reverse()
    table = read_table(main, target="y", join=[Join(source=other, key="t")])
    assert table.frame["x"].to_list() == [1, 2]


def test_a_join_shows_no_password():
    join = Join(source="postgresql://me:hush@host/db", key="site")
    assert "hush" not in repr(join) + str(join)
    assert "postgresql://me:***@host/db" in repr(join)
    assert join.source == "postgresql://me:hush@host/db"
