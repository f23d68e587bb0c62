"""What a store answered, as an error that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sidelight.errors import ConfigError, MissingPackageError, SidelightError
from sidelight.redact import redact
from sidelight.stores._url import protocol

# protocol → the package that speaks it, beside fsspec
PACKAGES = {
    "s3": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
}
_CREDENTIALS = {
    "s3fs": "AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "gcsfs": "GOOGLE_APPLICATION_CREDENTIALS",
    "adlfs": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Turn what goes wrong with a store into a `ConfigError`.

    A missing object stays a `FileNotFoundError`: whoever asks knows the row.
    """
    try:
        yield
    except (FileNotFoundError, SidelightError):
        raise
    except ImportError as error:
        raise _missing_package(url) from error
    except PermissionError as error:
        message = "the store refuses access"
        raise ConfigError(message, path=redact(url), fix=_log_in(url)) from error
    except Exception as error:  # each store has its own
        first = redact(str(error).strip().split("\n", 1)[0])
        said = f": {first}" if first else ""
        message = (
            f"the store does not answer as it should ({type(error).__name__}{said})"
        )
        raise ConfigError(message, path=redact(url), fix=_log_in(url)) from error


def _missing_package(url: str) -> MissingPackageError:
    scheme = protocol(url)
    package = PACKAGES.get(scheme)
    purpose = f"Reading from {scheme}://"
    try:
        import fsspec  # noqa: F401, PLC0415 - an optional package
    except ImportError:
        package = None
    if package is None:
        return MissingPackageError("fsspec", "stores", purpose)
    return MissingPackageError(package, None, purpose)


def _log_in(url: str) -> str:
    names = _CREDENTIALS.get(PACKAGES.get(protocol(url), ""))
    if names is None:
        return "Check the address, and whether this computer reaches it."
    return (
        "Credentials are taken from the environment, as the store's own tools do: "
        f"{names}."
    )
