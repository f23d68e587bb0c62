import pytest
from PIL import Image
from PIL.ExifTags import Base

from sidelight.registry import HEADERS

PACKET = """<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>
<x:xmpmeta xmlns:x='adobe:ns:meta/'>
 <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>
  <rdf:Description rdf:about='' xmlns:xmp='http://ns.adobe.com/xap/1.0/'
    xmlns:drone='http://www.dji.com/drone-dji/1.0/'
    xmlns:dc='http://purl.org/dc/elements/1.1/'
    drone:RelativeAltitude='+50.10' drone:GimbalPitchDegree='-90.00'
    drone:FlightYawDegree='n/a' drone:SurveyMode='1'>
   <xmp:Rating>4</xmp:Rating>
   <xmp:CreatorTool> Some Tool </xmp:CreatorTool>
   <dc:subject><rdf:Bag><rdf:li>fox</rdf:li></rdf:Bag></dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta><?xpacket end='w'?>\0\0\n"""
SAID = {
    "rating": 4.0,
    "creator_tool": "Some Tool",
    "relative_altitude": 50.1,
    "gimbal_pitch": -90.0,
}


@pytest.fixture
def write(picture, tmp_path):
    def write(name, packet=PACKET):
        options = {"xmp": packet.encode()}
        if name.endswith("png"):
            from PIL.PngImagePlugin import PngInfo

            text = PngInfo()
            text.add_itxt("XML:com.adobe.xmp", packet)
            options = {"pnginfo": text}
        elif name.endswith("tif"):
            options = {"tiffinfo": {700: packet.encode()}}
        picture.save(tmp_path / name, **options)
        return tmp_path / name

    return write


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_both_forms_of_a_property_are_read_in_every_format(write, cells, name):
    assert cells("xmp", write(name)) == SAID


def test_further_properties_are_read_by_name(write, cells):
    found = cells("xmp", write("a.jpg"), "SurveyMode", "subject", "Rating")
    assert found == {**SAID, "SurveyMode": "1", "Rating": "4"}


def test_a_damaged_exif_block_leaves_the_packet_readable(picture, tmp_path, cells):
    exif = Image.Exif()
    exif[Base.Make] = "Canon"
    path = tmp_path / "a.jpg"
    picture.save(path, exif=exif, xmp=PACKET.encode())
    data = path.read_bytes()
    start = data.index(b"Exif\0\0") + 6
    path.write_bytes(data[:start] + b"\xff" * 8 + data[start + 8 :])
    assert cells("xmp", path) == SAID
    found = HEADERS.get("exif").obj().read([str(path)])
    assert "1 of 1 pictures has an EXIF header that cannot be read" in found.notes[0]


def test_entities_are_not_expanded_and_damage_is_counted(write, picture, tmp_path):
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'>&b;</x:xmpmeta>"
    )
    paths = [write("bomb.jpg", bomb), write("cut.jpg", PACKET[:300]), write("a.jpg")]
    picture.save(tmp_path / "plain.jpg")
    paths.append(tmp_path / "plain.jpg")
    found = HEADERS.get("xmp").obj().read([str(path) for path in paths])
    assert found.frame["rating"].to_list() == [None, None, 4.0, None]
    (note,) = found.notes
    assert "2 of 4 pictures have an XMP packet that cannot be read" in note
