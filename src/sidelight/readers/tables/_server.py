"""What reading from a database server has in common: address, password, a retry."""

from __future__ import annotations

import re
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from sidelight.errors import ConfigError, TableError
from sidelight.readers.tables._base import SourceReader
from sidelight.redact import MASK, redact, secrets_in

if TYPE_CHECKING:
    import polars as pl

TIMEOUT_S = 10
# A server's library may cite a password that it cannot take apart.
_UNENCODED = re.compile(r"[/@?#\[\]]|%(?![0-9a-fA-F]{2})|%00")
_MASKED = re.compile(rf":{re.escape(MASK)}(?=@)|(?<=password=){re.escape(MASK)}")


class ConnectionLostError(Exception):
    """The connection broke while rows were on their way."""


class ServerReader(SourceReader):
    """Base of the readers that ask a server.

    Attributes:
        schemes: How addresses begin.
        password_fix: Where the password can come from but the address.
    """

    schemes: ClassVar[tuple[str, ...]] = ()
    takes_sql: ClassVar[bool] = True
    password_fix: ClassVar[str] = ""

    def matches(self, source: str) -> bool:
        """Return whether a source is the address of such a server."""
        return source.startswith(self.schemes)

    def root_of(self, source: str) -> Path:  # noqa: ARG002
        """Return the working folder: a server has no folder here."""
        return Path.cwd()

    def _frame(self, source: str, sql: str | None) -> pl.DataFrame:
        if re.search(r"\s", source):
            message = f"the address of a {self.schemes[0]} server holds white space"
            fix = f"Write it as %20. {self.password_fix}"
            raise ConfigError(message, fix=fix)
        name = redact(source)
        secrets = secrets_in(source)
        if any(_UNENCODED.search(secret) for secret in secrets):
            message = "the password holds characters that mean something in an address"
            fix = f"Write them as %2F for /, %25 for %, and so on. {self.password_fix}"
            raise ConfigError(message, path=name, fix=fix)
        # A stored address has no password any more; it comes from elsewhere, if at all.
        address = _MASKED.sub("", source)
        try:
            try:
                return self._ask(address, sql, name)
            except ConnectionLostError:
                return self._ask(address, sql, name)
        except ConnectionLostError as failure:
            message = f"the connection broke while rows were read, twice: {failure}"
            fix = "Try again later, or read fewer rows with --sql."
            raise TableError(message, path=name, fix=fix) from None

    @abstractmethod
    def _ask(self, address: str, sql: str | None, name: str) -> pl.DataFrame:
        """Return the rows.

        Args:
            address: The URL, its password included.
            sql: A query, a table's name, or None for the only table.
            name: The URL for messages.

        Raises:
            TableError: If the server or the query does not give any.
            ConnectionLostError: If the connection broke.
        """

    def not_connected(self, said: str, address: str, name: str) -> TableError:
        """Return the error of a server that cannot be reached or lets nobody in."""
        if re.search("password|access denied|authentication", said, re.IGNORECASE):
            message = f"the server refuses the user or the password: {said}"
            masked = MASK in name and not secrets_in(address)
            fix = "The password of this address was left out when it was stored. "
            return TableError(
                message, path=name, fix=(fix if masked else "") + self.password_fix
            )
        message = f"the server gives no connection: {said}"
        fix = "Check host, port, user and database in the address, and that it runs."
        return TableError(message, path=name, fix=fix)
