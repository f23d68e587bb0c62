"""Addresses of MySQL and MariaDB, without a server."""

from __future__ import annotations

import pytest

from sidelight.errors import ConfigError
from sidelight.readers import find_reader
from sidelight.readers.tables.mysql import MySQLReader


@pytest.mark.parametrize("scheme", ["mysql", "mariadb"])
def test_both_schemes_are_known(scheme):
    assert isinstance(find_reader(f"{scheme}://h/db"), MySQLReader)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://me:hush@h:x/db", "port in the address is not a number"),
        ("mysql://me:hush@h/db?speed=1", r"unknown parameter 'speed'.*unix_socket"),
        ("mysql://me:hu/sh@h/db", "%2F for /"),
        ("mysql://me:hu[sh@h/db", "%2F for /"),
        ("mysql://me:hu%sh@h/db", "%25 for %"),
        ("mysql://me:hush\u2100@h/db", "cannot be taken apart"),
        ("mysql://me:hush@[h/db", "cannot be taken apart"),
    ],
)
def test_a_bad_address_is_explained_without_its_password(address, said):
    with pytest.raises(ConfigError, match=said) as caught:
        MySQLReader().read(address)
    assert not any(
        word in str(caught.value) for word in ("hush", "hu/sh", "hu[sh", "hu%sh")
    )
