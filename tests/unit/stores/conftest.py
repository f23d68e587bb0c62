import base64
import http.server
import threading

import fsspec
import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache of its own."""
    monkeypatch.setenv("SIDELIGHT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "objects"


@pytest.fixture
def memory():
    """fsspec's memory store, empty; the function fills it."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]

    def put(name, content=b"x"):
        system.pipe_file(f"/bucket/{name}", content)
        return f"memory://bucket/{name}"

    yield put
    system.store.clear()


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and remembers what it was asked."""

    asked: list

    def log_message(self, *args):
        self.asked.append(f"{self.command} {self.path}")

    def do_HEAD(self):
        if self.path.startswith("/signed"):  # for GET, as stores sign addresses
            self.send_error(403)
        elif self.path.startswith("/bare"):
            self.send_error(405)
        elif self.path.startswith("/broken"):
            self.send_error(500)
        elif self.may_pass():
            super().do_HEAD()

    def do_GET(self):
        if self.may_pass():
            super().do_GET()

    def may_pass(self):
        """Refuse what is secret to all but a user."""
        wanted = "Basic " + base64.b64encode(b"me:hu/sh").decode()
        if not self.path.startswith("/secret"):
            return True
        if self.headers["Authorization"] == wanted:
            return True
        self.send_error(403)
        return False


@pytest.fixture
def web(tmp_path):
    """A local HTTP server: its address, its folder, and what it was asked."""
    folder = tmp_path / "served"
    folder.mkdir()
    asked = []
    kind = type("Kind", (Handler,), {"asked": asked})
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *args: kind(*args, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", folder, asked
    server.shutdown()
    server.server_close()
    thread.join()
