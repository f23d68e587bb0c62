"""What is exported: a run's predictor, and how its inputs are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from sidelight.errors import RunError
from sidelight.predictor import (
    ColumnSignature,
    ImageSignature,
    Predictor,
    Signature,
    held_for_tables,
    load_predictor,
)
from sidelight.registry import GRAPHS
from sidelight.runs import RunDirectory
from sidelight.schema import ImageSpec
from sidelight.table import NULL_VALUES
from sidelight.workflow import load_config, make_config

if TYPE_CHECKING:
    from sidelight.pixels import ImageRule

# Inputs of networks, and numbers of rows: no column's input is called so.
RESERVED = (
    "image",
    "pictures",
    "numeric",
    "categorical",
    "present",
    "row",
    "probability",
    "label",
    "prediction",
)
PREFIXES = ("sidelight/", "network/", "front/")  # of values within a file
RENAMED = "meta_"
CARD = "sidelight_card"


@dataclass(frozen=True)
class Subject:
    """A trained model and the names of its inputs in a file.

    Attributes:
        predictor: The trained model.
        nulls: Words that mean an empty cell, in text.
        fingerprint: A hash of the files of the run that its answers depend on.
        decimal: The decimal sign of the training table.
        card: The run's model card in Markdown; empty if none was written.
        identifiers: Whether names of inputs may hold ASCII letters, digits and _ only.
        resizes: Whether the format brings pictures to the model's size.
    """

    predictor: Predictor
    nulls: tuple[str, ...] = NULL_VALUES
    fingerprint: str = ""
    decimal: str = "."
    card: str = ""
    identifiers: bool = False
    resizes: bool = True

    @classmethod
    def load(cls, path: str | Path) -> Subject:
        """Load a run whose training is over.

        Raises:
            RunError: If the directory is no run, is damaged, or holds no trained model.
        """
        run = RunDirectory.open(path)
        if run.checkpoint.exists() and not run.model.exists():
            problem = "this run did not finish training, so it is not exported"
            fix = f"Train it again: sidelight train --config {run.config} --overwrite"
            raise RunError(problem, path=run.path, fix=fix)
        predictor = load_predictor(path)
        config = make_config(load_config(path)).table
        nulls = tuple(dict.fromkeys((*NULL_VALUES, *config.null_values)))
        card = run.card.read_text(encoding="utf-8") if run.card.exists() else ""
        return cls(predictor, nulls, run.fingerprint(), config.decimal, card)

    @property
    def columns(self) -> tuple[Any, ...]:
        """The fitted columns that the network takes; none if it sees pictures only."""
        taken = set(self.predictor.network.input)
        columns = self.predictor.preprocessor.columns
        if "present" in taken:
            return columns
        return tuple(column for column in columns if column.block in taken)

    @property
    def names(self) -> dict[str, str]:
        """The inputs' names by the table's columns, clashes given another one."""
        sources = [s for column in self.columns for s in column.column.sources]
        return identifiers(sources) if self.identifiers else input_names(sources)

    @property
    def renamed(self) -> dict[str, str]:
        """Those columns whose inputs have another name."""
        return {source: name for source, name in self.names.items() if source != name}

    @property
    def rule(self) -> ImageRule:
        """The resize rule of a run with pictures."""
        rule = self.predictor.rule
        if rule is None:
            message = "this run has no pictures"
            raise ValueError(message)
        return rule

    @property
    def image(self) -> ImageSpec:
        """The network's input of pictures."""
        *several, height, width, bands = self.predictor.network.input["image"].shape[1:]
        pictures = several[0] if several else 1
        return ImageSpec(height=height, width=width, bands=bands, pictures=pictures)

    @property
    def any_size(self) -> bool:
        """Whether pictures of any size are taken, or packed ones of the model's."""
        return self.resizes and not self.rule.marks_absent

    @property
    def for_tables(self) -> dict[str, str]:
        """What a file holds so that tables can be read for it."""
        predictor = self.predictor
        return held_for_tables(predictor.schema, predictor.preprocessor, self.decimal)

    @property
    def about(self) -> dict[str, str]:
        """All that a file says of itself, as texts by name."""
        card = {CARD: self.card} if self.card else {}
        return {**self.signature.to_properties(), **self.for_tables, **card}

    @property
    def signature(self) -> Signature:
        """What a file says of itself."""
        return Signature(
            version=metadata.version("sidelight"),
            fingerprint=self.fingerprint,
            task=self.predictor.task,
            classes=tuple(self.predictor.classes),
            targets=self.predictor.preprocessor.known_target.names,
            columns=tuple(self._column(fitted) for fitted in self.columns),
            image=self._image() if self.predictor.uses_image else None,
            missing_words=self.nulls,
        )

    def _column(self, fitted: Any) -> ColumnSignature:
        column, entry = fitted.column, GRAPHS.get(fitted.column.kind)
        return ColumnSignature(
            column=column.name,
            sources=column.sources,
            inputs=tuple(self.names[source] for source in column.sources),
            kind=column.kind,
            takes=entry.summary,
            missing=column.missing,
            training=entry.obj(fitted).seen(),
        )

    def _image(self) -> ImageSignature:
        spec, rule = self.image, self.rule
        return ImageSignature(
            input="image",
            type=str(rule.dtype),
            any_size=self.any_size,
            height=spec.height,
            width=spec.width,
            bands=spec.bands,
            pictures=spec.pictures,
            rule=rule,
        )


def input_names(sources: list[str]) -> dict[str, str]:
    """Return a name for each column; one that is taken gets "meta_" before it."""
    found: dict[str, str] = {}
    taken = {*RESERVED, *sources}
    for source in dict.fromkeys(sources):
        name = source
        if source in RESERVED or source.startswith(PREFIXES):
            name = RENAMED + source
            while name in taken:
                name = RENAMED + name
            taken.add(name)
        found[source] = name
    return found


def identifiers(sources: list[str]) -> dict[str, str]:
    """Return a name of ASCII letters, digits and _ for each column, no two alike.

    Names that differ in case only count as alike: TensorFlow does not tell them apart.
    """
    found: dict[str, str] = {}
    taken = set(RESERVED)
    for source in dict.fromkeys(sources):
        plain = normalize("NFKD", source).encode("ascii", "ignore").decode()
        name = re.sub(r"\W+", "_", plain).strip("_")
        if not name or name[0].isdigit() or iskeyword(name) or name in RESERVED:
            name = (RENAMED + name).rstrip("_")
        stem, number = name, 2
        while name.lower() in taken:
            name, number = f"{stem}_{number}", number + 1
        taken.add(name.lower())
        found[source] = name
    return found
