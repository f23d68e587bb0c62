"""The whole way with scikit-learn's manners, and the comparison of ways."""

from sidelight.estimator._audit import audit_table
from sidelight.estimator._compare import compare
from sidelight.estimator._estimator import Classifier, Regressor, load

__all__ = ["Classifier", "Regressor", "audit_table", "compare", "load"]
