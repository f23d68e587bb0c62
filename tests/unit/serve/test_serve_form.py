"""What a browser or httpx sends as a form comes back field by field."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidelight.serve._form import MOST_PARTS, Part, parts_of


def sent(files=(), **texts):
    """A form as httpx writes it: its header and its body."""
    request = httpx.Request("POST", "http://x", data=texts, files=[*files])
    return request.headers["content-type"], request.read()


@given(data=st.binary(max_size=300), text=st.text(max_size=50))
def test_any_bytes_and_any_text_come_back_as_they_were(data, text):
    found = parts_of(*sent([("image", ("ä.png", data))], metadata=text))
    assert found["image"] == [Part(data, is_file=True)]
    assert found["metadata"][0].text == text
    assert not found["metadata"][0].is_file


def test_a_field_keeps_its_values_in_order():
    files = [("image", (f"{n}.png", bytes([n]))) for n in range(3)]
    assert [part.data for part in parts_of(*sent(files))["image"]] == [
        b"\0",
        b"\1",
        b"\2",
    ]


def test_text_that_is_no_utf_8_is_replaced():
    assert Part(b"caf\xe9", is_file=False).text == "caf�"


@pytest.mark.parametrize("cut", [4, 10, 60])
def test_a_form_that_was_cut_off_is_none(cut):
    kind, body = sent([("image", ("a.png", b"x" * 100))])
    with pytest.raises(ValueError, match="nexpected end"):
        parts_of(kind, body[:-cut])


def test_a_form_without_a_boundary_is_none():
    _, body = sent([("image", ("a.png", b"x"))])
    with pytest.raises(ValueError, match="boundary"):
        parts_of("multipart/form-data", body)


def test_a_part_that_is_no_field_is_refused():
    with pytest.raises(ValueError, match="Content-Disposition"):
        parts_of("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--\r\n")


def test_so_many_parts_are_refused():
    files = [("image", (f"{n}.png", b"x")) for n in range(MOST_PARTS + 1)]
    with pytest.raises(ValueError, match="segment count"):
        parts_of(*sent(files))
