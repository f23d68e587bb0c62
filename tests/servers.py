"""Real database servers for tests: started in a folder of their own, and stopped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

USER = "sidelight"
PASSWORD = "hush/@ß hush"  # what has to be percent-encoded in an address


@dataclass(frozen=True)
class Server:
    """A server that runs.

    Attributes:
        scheme: How its addresses begin.
        port: Its port on this machine.
        folder: Where its socket is.
        database: The database to work in.
    """

    scheme: str
    port: int
    folder: Path
    database: str

    def address(
        self,
        password: str | None = PASSWORD,
        *,
        port: int | None = None,
        database: str | None = None,
    ) -> str:
        """Return an address, with a percent-encoded password if any."""
        secret = "" if password is None else ":" + quote(password, safe="*")
        place = f"127.0.0.1:{self.port if port is None else port}"
        return f"{self.scheme}://{USER}{secret}@{place}/{database or self.database}"

    def execute(self, *statements: str) -> None:
        """Run statements, in one transaction."""
        if self.scheme == "postgresql":
            from adbc_driver_postgresql.dbapi import connect

            connection = connect(self.address())
        else:
            import pymysql

            connection = pymysql.connect(
                host="127.0.0.1",
                port=self.port,
                user=USER,
                password=PASSWORD.encode(),
                database=self.database,
                charset="utf8mb4",
            )
        with closing(connection), closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()


@contextmanager
def postgresql() -> Iterator[Server]:
    """Start PostgreSQL with one superuser; nothing it writes is kept."""
    programs = _postgresql_programs()
    with _folder("postgres") as (folder, owner):
        secret = folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        _give(secret, owner)
        data, port = folder / "data", _free_port()
        _run(
            *(programs / "initdb", "-D", data, "-U", USER, "--pwfile", secret),
            *("--auth=scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"),
            owner=owner,
        )
        control = (programs / "pg_ctl", "-D", data, "-w")
        options = f"-p {port} -k {folder} -h 127.0.0.1 -F -c shared_buffers=16MB"
        _run(*control, "-o", options, "-l", folder / "log", "start", owner=owner)
        try:
            yield Server("postgresql", port, folder, "postgres")
        finally:
            _run(*control, "-m", "immediate", "stop", owner=owner)


@contextmanager
def mariadb() -> Iterator[Server]:
    """Start MariaDB with one user and one database; nothing it writes is kept."""
    daemon = _program("mariadbd", [Path("/usr/sbin")])
    install = _program("mariadb-install-db", [])
    with _folder("mysql") as (folder, owner):
        data, port, path = folder / "data", _free_port(), folder / "socket"
        _run(
            *(install, "--no-defaults", f"--datadir={data}", "--skip-test-db"),
            "--auth-root-authentication-method=normal",
            owner=owner,
        )
        start = [daemon, "--no-defaults", f"--datadir={data}", f"--socket={path}"]
        start += [f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve"]
        process = subprocess.Popen(
            [str(word) for word in start],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **_as(owner),
        )
        try:
            _make_user(path)
            yield Server("mysql", port, folder, "lab")
        finally:
            process.terminate()
            process.wait()


def _make_user(path: Path) -> None:
    import pymysql

    for _ in range(600):
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
            break
        time.sleep(0.05)
    connection = pymysql.connect(unix_socket=str(path), user="root")
    with closing(connection), closing(connection.cursor()) as cursor:
        cursor.execute("create database lab character set utf8mb4")
        cursor.execute(f"create user {USER}@'%%' identified by %s", (PASSWORD,))
        cursor.execute(f"grant all on lab.* to {USER}@'%'")


@contextmanager
def cut_line(port: int, *, after: int, times: int) -> Iterator[int]:
    """Pass bytes on to a server, and cut the first connections that carry many.

    Args:
        port: The server's.
        after: Bytes from the server after which a connection is cut.
        times: How many connections are cut; later ones hold.

    Yields:
        The port to connect to.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        cuts = iter(range(times))

        def is_cut(count: int) -> bool:
            return count > after and next(cuts, None) is not None

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    server = socket.create_connection(("127.0.0.1", port))
                    for ends in ((client, server, None), (server, client, is_cut)):
                        threading.Thread(target=_pass_on, args=ends).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _pass_on(
    source: socket.socket,
    sink: socket.socket,
    is_cut: Callable[[int], bool] | None,
) -> None:
    count = 0
    with suppress(OSError):
        while data := source.recv(65536):
            count += len(data)
            if is_cut is not None and is_cut(count):
                break
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    source.close()


def _postgresql_programs() -> Path:
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *_asked_pg_config()]
    return _program("initdb", sorted(folders, reverse=True)).parent


def _asked_pg_config() -> list[Path]:
    if shutil.which("pg_config") is None:
        return []
    asked = ["pg_config", "--bindir"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return [Path(done.stdout.strip())]


def _program(name: str, folders: list[Path]) -> Path:
    found = shutil.which(name)
    for place in [*(folder / name for folder in folders), Path(found or name)]:
        if place.is_absolute() and place.exists():
            return place
    message = f"{name} is not installed: run make system-deps"
    raise RuntimeError(message)


@contextmanager
def _folder(user: str) -> Iterator[tuple[Path, str | None]]:
    """Make a folder that the server's user may enter; servers refuse to be root.

    It is not one of pytest's: others than root may not enter those, and a socket's
    path has to be short.
    """
    folder = Path(tempfile.mkdtemp(prefix="sidelight-"))
    owner = user if os.geteuid() == 0 else None
    try:
        _give(folder, owner)
        yield folder, owner
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _give(path: Path, owner: str | None) -> None:
    if owner is not None:
        shutil.chown(path, owner)


def _as(owner: str | None) -> dict[str, object]:
    return {} if owner is None else {"user": owner, "extra_groups": []}


def _run(*words: object, owner: str | None) -> None:
    done = subprocess.run(
        [str(word) for word in words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        **_as(owner),
    )
    if done.returncode:
        message = f"{words[0]} failed:\n{done.stdout}"
        raise RuntimeError(message)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
