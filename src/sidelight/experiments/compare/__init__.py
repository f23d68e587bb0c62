"""Does the metadata help? Every strategy beside the baselines and the controls."""

from sidelight.experiments.compare._compare import compare
from sidelight.experiments.compare._comparison import Comparison
from sidelight.experiments.compare._config import CompareConfig
from sidelight.experiments.compare._evidence import Evidence
from sidelight.experiments.compare._store import compare_and_store

__all__ = [
    "CompareConfig",
    "Comparison",
    "Evidence",
    "compare",
    "compare_and_store",
]
