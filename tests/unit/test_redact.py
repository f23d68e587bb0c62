"""No password of a URL is left in a text, and nothing else is changed."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidelight import runs
from sidelight.errors import ColumnNotFoundError, TableError
from sidelight.redact import MASK, redact, secrets_in
from sidelight.workflow import make_config


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:hush@host:5432/db", "postgresql://me:***@host:5432/db"),
        ("mysql://me:a@b/c?d@host/db", "mysql://me:***@host/db"),
        ("postgresql://:hush@host", "postgresql://:***@host"),
        (
            "postgresql:///?service=a&password=hush&connect_timeout=3",
            "postgresql:///?service=a&password=***&connect_timeout=3",
        ),
        ("https://x.net/a.csv?sig=hu%2Fsh&v=1", "https://x.net/a.csv?sig=***&v=1"),
        ("https://x.net/a?X-Goog-Signature=hush", "https://x.net/a?X-Goog-Signature=*"),
        ("https://x.net/a?v=1&access_token=hush", "https://x.net/a?v=1&access_token=*"),
        ("https://x.net/a?api_key=hush&v=1", "https://x.net/a?api_key=***&v=1"),
        (
            "see postgresql://me:hush@host: it broke",
            "see postgresql://me:***@host: it ",
        ),
    ],
)
def test_a_password_is_masked(text, shown):
    assert redact(text).startswith(shown)
    assert "hush" not in redact(text)
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "scenes.csv",
        "/data/a@b:c.csv",
        "sqlite:///a:b@c.db",
        "postgresql://me@host:5432/db?sslmode=require",
        "https://host:8080/data/a@2.csv",
        "s3://bucket/a@b.csv",
        "mysql://me:***@host/db",
        "a sentence: with a colon, and a@b.org",
    ],
)
def test_other_texts_stay(text):
    assert redact(text) == text
    assert secrets_in(text) == []


@given(st.text(min_size=1).filter(lambda text: text != MASK))
def test_no_encoded_password_is_left(password):
    secret = quote(password, safe="")
    address = f"postgresql://me:{secret}@host/db"
    # All digits could be a port; the "@" behind them says that they are none.
    assert redact(address) == "postgresql://me:***@host/db"
    assert secrets_in(address) == [secret]


ADDRESS = "postgresql://me:hush@host/db"


def test_errors_show_no_password_wherever_it_stands():
    for error in (
        TableError(f"{ADDRESS} is bad", path=ADDRESS, fix=f"Try {ADDRESS}."),
        ColumnNotFoundError("a", ["b"], path=ADDRESS),
        TableError(f"{ADDRESS} is bad", rows=[1], values=[ADDRESS]),
    ):
        assert "me:***@host" in str(error)
        assert "hush" not in f"{error} {error.path} {error.problem} {error.fix}"


def test_a_configuration_reads_a_password_and_never_writes_it():
    config = make_config({"table": {"source": ADDRESS}})
    assert config.table.source == ADDRESS
    copy = config.model_copy(update={"table": config.table})
    for written in (
        copy.to_yaml(),
        str(copy.model_dump(mode="json")),
        copy.model_dump_json(),
        repr(copy),
    ):
        assert "hush" not in written
    assert "me:***@host/db" in copy.to_yaml()


def test_the_command_is_kept_without_a_password(monkeypatch):
    monkeypatch.setattr("sys.argv", ["sidelight", "train", ADDRESS])
    kept = runs.environment()["command"]
    assert kept == ["sidelight", "train", "postgresql://me:***@host/db"]
