"""Run every benchmark in turn: python -m benchmarks [name ...]."""

from __future__ import annotations

import importlib
import sys

NAMES = (
    "audit",
    "database",
    "startup",
    "preprocessing",
    "references",
    "input",
    "packing",
    "predict",
    "steps",
    "frozen",
    "compare",
    "report",
    "serve",
    "hostile",
    "blue_marble",
    "synthetic",
)


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all of them."""
    for name in names or NAMES:
        print(f"\n== {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
