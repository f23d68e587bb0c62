import pytest

from sidelight.errors import TableError
from sidelight.readers import find_reader, read_table


def xml(name, classes, width=5):
    things = "".join(
        f"<object><name>{c}</name><bndbox><xmin>1</xmin></bndbox></object>"
        for c in classes
    )
    return (
        f"<annotation><folder>VOC</folder><filename>{name}</filename>"
        f"<source><database>D</database></source>"
        f"<size><width>{width}</width><height>4</height><depth>3</depth></size>"
        f"{things}</annotation>"
    )


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "Annotations").mkdir()
    (tmp_path / "JPEGImages").mkdir()
    for number, classes in enumerate([["dog", "cat", "dog"], ["cat"], [], ["dog"]]):
        text = xml(f"{number}.jpg", classes)
        (tmp_path / "Annotations" / f"{number}.xml").write_text(text)
        (tmp_path / "JPEGImages" / f"{number}.jpg").write_bytes(b"x%d" % number)
    return tmp_path


def read(path):
    return find_reader(str(path)).read(str(path))


def test_classes_of_each_picture_are_one_text(folder):
    frame = read(folder)
    assert frame["file"].to_list() == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
    assert frame["class"].to_list() == ["cat;dog", "cat", None, "dog"]
    assert frame["width"].to_list() == [5] * 4
    assert frame["database"].to_list() == ["D"] * 4


def test_pictures_are_found_beside_the_annotations(folder):
    (folder / "Annotations" / "2.xml").write_text(xml("2.jpg", ["cat"]))
    (folder / "Annotations" / "0.xml").write_text(xml("0.jpg", ["dog"]))
    for source in (folder, folder / "Annotations"):
        table = read_table(source)
        assert table.images[3] == folder / "JPEGImages" / "3.jpg"
        assert (table.schema.image, table.schema.target) == ("file", "class")


def test_lists_of_parts_become_a_column(folder):
    (folder / "ImageSets" / "Main").mkdir(parents=True)
    (folder / "ImageSets" / "Main" / "train.txt").write_text("0\n1\n")
    (folder / "ImageSets" / "Main" / "test.txt").write_text("3\n")
    assert read(folder)["part"].to_list() == ["train", "train", None, "test"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<annotation><filename>", r"1.xml: no XML"),
        ("<other><annotation/></other>", r"begins with <other>"),
        ("<annotation></annotation>", r"names no picture"),
        (xml("1.jpg", [], width="wide"), r"<width> is 'wide', not a number"),
        (xml("1.jpg", ["a;b", "c"]), r"a class holds ';'"),
        (
            '<!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>',
            r"refused, since it holds EntitiesForbidden",
        ),
    ],
)
def test_a_damaged_file_is_named(folder, text, said):
    (folder / "Annotations" / "1.xml").write_text(text)
    with pytest.raises(TableError, match=said) as caught:
        read(folder)
    assert "1 file is no Pascal VOC annotation" in str(caught.value)


def test_a_folder_of_other_xml_is_not_ours(tmp_path):
    (tmp_path / "a.xml").write_text("<gpx></gpx>")
    assert type(find_reader(str(tmp_path))).__name__ != "VocReader"
