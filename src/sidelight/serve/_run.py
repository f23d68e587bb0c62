"""A server from its start to its end."""

from __future__ import annotations

import contextlib
import errno
import logging
import signal
import socket
import warnings
from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import uvicorn

from sidelight.errors import ConfigError
from sidelight.serve._app import make_app
from sidelight.serve._metrics import Metrics
from sidelight.serve._models import Models
from sidelight.serve._settings import Settings

BACKLOG = 2048
GRACE_S = 30  # for what was taken, once it shall stop


def run(
    paths: Mapping[str, Path],
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    access_log: bool = False,
    started: Callable[[str], object] = lambda _: None,
) -> None:
    """Serve models until SIGTERM or Ctrl-C; what was taken is answered first.

    Args:
        paths: Exported files by name; the first is the default.
        settings: The limits.
        host: Address to listen at.
        port: Port; 0 takes a free one.
        access_log: Whether each request is a line of log.
        started: Called with the address once requests are answered.

    Raises:
        ConfigError: If the port is taken, or the address is none of this machine's.
        RunError: If a file is no exported model.
    """
    metrics = Metrics()
    listener = _listen(host, port)
    with contextlib.closing(listener):
        # What a picture's reader says of odd files belongs in the answer.
        warnings.simplefilter("ignore")
        logging.getLogger("sidelight.serve").setLevel(logging.INFO)
        models = Models(paths, settings, metrics.saw_batch)
        config = uvicorn.Config(
            make_app(models, settings, metrics),
            log_config=None,
            log_level="warning",
            access_log=access_log,
            lifespan="on",
            timeout_graceful_shutdown=GRACE_S,
            backlog=BACKLOG,
            server_header=False,
        )
        name = f"[{host}]" if ":" in host else host
        started(f"http://{name}:{listener.getsockname()[1]}")
        _Server(config).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends with code 0 when it is told to end; uvicorn's dies of the signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Stop taking requests at SIGTERM and Ctrl-C."""
        before = {
            number: signal.signal(number, self.handle_exit)
            for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        ConfigError: If the port is taken or not allowed, or the address not known.
    """
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )
        found = socket.socket(family, kind, protocol)
    except OSError as error:
        problem = f"there is no address {host!r} ({error.strerror or error})"
        raise ConfigError(problem, fix="Give one of this machine: --host") from error
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(BACKLOG)
    except OSError as error:
        found.close()
        raise _why_not(host, port, error) from error
    return found


def _why_not(host: str, port: int, error: OSError) -> ConfigError:
    if error.errno == errno.EADDRINUSE:
        problem = f"port {port} is taken by another program"
        return ConfigError(problem, fix=f"Take another: --port {port + 1}")
    if error.errno == errno.EACCES:
        problem = f"port {port} is not for everybody"
        return ConfigError(problem, fix="Take one from 1024 on: --port 8000")
    problem = f"{host} cannot be listened at ({error.strerror})"
    return ConfigError(problem, fix="Give an address of this machine: --host")
