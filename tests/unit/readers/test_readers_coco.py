import json

import pytest

from sidelight.errors import TableError
from sidelight.readers import find_reader, read_table

IMAGES = [
    {"id": 7, "file_name": "a.jpg", "width": 4, "license": 1, "date_captured": "2013"},
    {"id": 8, "file_name": "b.jpg", "width": 5, "license": 2, "date_captured": "2014"},
    {"id": 9, "file_name": "é.jpg", "width": 6, "license": 1, "date_captured": "2015"},
]
CONTENT = {
    "licenses": [{"id": 1, "name": "CC-BY"}, {"id": 2, "name": "CC0"}],
    "images": IMAGES,
    "categories": [{"id": 3, "name": "dog"}, {"id": 1, "name": "cat"}],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 3, "bbox": [0, 0, 1, 1]},
        {"id": 2, "image_id": 7, "category_id": 3, "bbox": [1, 1, 1, 1]},
        {"id": 3, "image_id": 7, "category_id": 1, "segmentation": [[1, 2]]},
        {"id": 4, "image_id": 9, "category_id": 1},
    ],
}


@pytest.fixture
def write(tmp_path):
    def write(**changes):
        path = tmp_path / "instances.json"
        path.write_text(json.dumps(CONTENT | changes))
        return path

    return write


def read(path):
    return find_reader(str(path)).read(str(path))


def test_categories_of_each_image_are_one_text(write):
    frame = read(write())
    assert frame["file_name"].to_list() == ["a.jpg", "b.jpg", "é.jpg"]
    assert frame["category"].to_list() == ["cat;dog", None, "cat"]
    assert frame["license"].to_list() == ["CC-BY", "CC0", "CC-BY"]
    assert frame["width"].to_list() == [4, 5, 6]
    assert "bbox" not in frame.columns


def test_image_and_target_need_not_be_named(write, tmp_path):
    images = [{"id": i, "file_name": f"{i}.jpg"} for i in range(4)]
    marks = [{"image_id": i, "category_id": 1 + 2 * (i % 2)} for i in range(4)]
    for one in images:
        (tmp_path / one["file_name"]).write_bytes(b"x%d" % one["id"])
    table = read_table(write(images=images, annotations=marks))
    assert (table.schema.image, table.schema.target) == ("file_name", "category")
    assert table.target().to_list() == ["cat", "dog", "cat", "dog"]


def test_a_field_of_the_images_is_not_taken_for_the_categories(write):
    frame = read(write(images=[{**one, "category": "indoor"} for one in IMAGES]))
    assert frame["category"].to_list() == ["cat;dog", None, "cat"]
    assert frame["images.category"].to_list() == ["indoor"] * 3


def test_images_without_any_annotation_have_no_target(write):
    assert "category" not in read(write(annotations=[])).columns


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"annotations": [{"image_id": 1, "category_id": 3}]},
            "1 annotation names an image that is not there: 1",
        ),
        (
            {"annotations": [{"image_id": 7, "category_id": 5}]},
            "1 annotation names a category that is not there: 5",
        ),
        ({"images": [*IMAGES, IMAGES[0]]}, "1 image id stands more than once: 7"),
        ({"images": []}, '"images" is empty'),
        ({"images": [{"id": 1}]}, 'no "file_name"'),
        ({"annotations": 3}, '"annotations" is not a list'),
        (
            {"categories": [{"id": 3, "name": "a;b"}, {"id": 1, "name": "cat"}]},
            "category 'a;b' holds ';'",
        ),
        ({"categories": [{"id": 3}, {"id": 1, "name": "cat"}]}, 'no "name": 3'),
    ],
)
def test_what_is_wrong_is_said(write, changes, said):
    with pytest.raises(TableError) as caught:
        read(write(**changes))
    assert said in str(caught.value)
    assert "instances.json" in str(caught.value)


def test_other_json_is_told_by_what_it_holds(tmp_path):
    path = tmp_path / "other.json"
    path.write_text('{"rows": [], "version": 1}')
    with pytest.raises(TableError, match=r"an object with 'rows', 'version'.*coco: "):
        find_reader(str(path))
    path.write_text("[1, 2]")
    with pytest.raises(TableError, match="a list, and no object"):
        find_reader(str(path))
    path.write_text('{"images": "\\ud83d\\ude00"}')
    with pytest.raises(TableError, match="an object with 'images'"):
        find_reader(str(path))
    path.write_text('{"images": "\\ud83d"}')
    with pytest.raises(TableError, match="half of a surrogate pair"):
        find_reader(str(path))
    path.write_text('{"images": [')
    with pytest.raises(TableError, match=r"no JSON: .* \(line 1, column 13\)"):
        find_reader(str(path))
