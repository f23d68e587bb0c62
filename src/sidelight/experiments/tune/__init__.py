"""Search for the options of a run that score best on validation rows."""

from sidelight.experiments.tune._config import TuneConfig
from sidelight.experiments.tune._result import TuneResult
from sidelight.experiments.tune._store import tune_and_store
from sidelight.experiments.tune._tune import tune

__all__ = ["TuneConfig", "TuneResult", "tune", "tune_and_store"]
