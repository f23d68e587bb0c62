"""How a variant is named, found and described.

A variant is one file in its room's folder plus one `register` line in it. The file
names are the variant names, so the names are known without importing anything.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from sidelight.errors import UnknownNameError

T = TypeVar("T")
ROOT = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """What is known about one variant.

    Attributes:
        name: The registry name, lower_snake.
        obj: The class or function itself.
        summary: One line for listings.
        paper: Where the method comes from; empty if it is elementary.
        capabilities: Words that conformance tests and callers ask about.
        extra: The optional dependency group it needs; empty if none.
        tiny: Returns a cheap example, for the conformance suite.
    """

    name: str
    obj: T
    summary: str
    paper: str = ""
    capabilities: frozenset[str] = field(default_factory=frozenset)
    extra: str = ""
    tiny: Callable[[], Any] | None = None


class Registry(Generic[T]):
    """The variants of one kind, one file each in one folder of the package.

    Args:
        kind: What one variant is called in messages, such as "fusion".
        package: Dotted name of the package whose files are the variants.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self._entries: dict[str, Entry[T]] = {}

    def names(self) -> list[str]:
        """Return all names in order, without importing any variant."""
        folder = ROOT.joinpath(*self.package.split(".")[1:])
        files = {
            module.name
            for module in pkgutil.iter_modules([str(folder)])
            if not module.name.startswith("_")
        }
        return sorted(files | set(self._entries))

    def check(self, name: str) -> str:
        """Return the name if it is known.

        Raises:
            UnknownNameError: If it is not; lists near matches and all names.
        """
        if name not in self.names():
            raise UnknownNameError(self.kind, name, self.names())
        return name

    def get(self, name: str) -> Entry[T]:
        """Import the variant's file if necessary and return its entry.

        Raises:
            UnknownNameError: If there is no such variant.
        """
        self.check(name)
        if name not in self._entries:
            importlib.import_module(f"{self.package}.{name}")
        return self._entries[name]

    def entries(self) -> list[Entry[T]]:
        """Import every variant and return the entries in order of name."""
        return [self.get(name) for name in self.names()]

    def register(
        self,
        name: str,
        *,
        summary: str,
        paper: str = "",
        capabilities: Iterable[str] = (),
        extra: str = "",
        tiny: Callable[[], Any] | None = None,
    ) -> Callable[[T], T]:
        """Return a decorator that enters a class or function under a name.

        Raises:
            ValueError: If the name is taken by another object.
        """

        def enter(obj: T) -> T:
            if name in self._entries:
                message = f"the {self.kind} {name!r} is registered already"
                raise ValueError(message)
            self._entries[name] = Entry(
                name, obj, summary, paper, frozenset(capabilities), extra, tiny
            )
            return obj

        return enter


READERS: Registry[Any] = Registry("reader", "sidelight.readers.tables")
HEADERS: Registry[Any] = Registry("header", "sidelight.readers.headers")
FORMATS: Registry[Any] = Registry("picture format", "sidelight.pixels.formats")
WRITERS: Registry[Any] = Registry("writer", "sidelight.writers")
DATASETS: Registry[Any] = Registry("dataset", "sidelight.datasets")
SYNTHETIC: Registry[Any] = Registry(
    "kind of synthetic data", "sidelight.datasets._synthetic"
)
SPLITS: Registry[Any] = Registry("split", "sidelight.splits")
KINDS: Registry[Any] = Registry("column kind", "sidelight.preprocessing.columns")
CHECKS: Registry[Any] = Registry("check", "sidelight.audit.checks")
BACKBONES: Registry[Any] = Registry("backbone", "sidelight.nn.backbones")
FUSIONS: Registry[Any] = Registry("fusion", "sidelight.nn.fusions")
ENSEMBLES: Registry[Any] = Registry("fusion", "sidelight.experiments.ensembles")
ENCODERS: Registry[Any] = Registry("encoder", "sidelight.nn.encoders")
HEADS: Registry[Any] = Registry("head", "sidelight.nn.heads")
EXPORTERS: Registry[Any] = Registry("format to export to", "sidelight.export.formats")
GRAPHS: Registry[Any] = Registry("column kind to export", "sidelight.export.columns")

ALL: dict[str, Registry[Any]] = {
    "readers": READERS,
    "headers": HEADERS,
    "formats": FORMATS,
    "writers": WRITERS,
    "datasets": DATASETS,
    "synthetic": SYNTHETIC,
    "splits": SPLITS,
    "kinds": KINDS,
    "checks": CHECKS,
    "backbones": BACKBONES,
    "fusions": FUSIONS,
    "encoders": ENCODERS,
    "heads": HEADS,
    "exporters": EXPORTERS,
}
