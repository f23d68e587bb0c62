"""The page for people: a few files of this package, held in memory."""

from __future__ import annotations

from importlib import resources

from fastapi import FastAPI, HTTPException, Response

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
PAGE = "index.html"


def add_page(app: FastAPI) -> None:
    """Add `/` and `/static/NAME`; a name is looked up, never opened."""
    files = {
        file.name: (file.read_bytes(), TYPES[suffix])
        for file in resources.files("sidelight.serve").joinpath("page").iterdir()
        if (suffix := f".{file.name.rpartition('.')[2]}") in TYPES
    }

    @app.get("/", include_in_schema=False)
    def page() -> Response:
        """Give the page."""
        return _answer(PAGE)

    @app.get("/static/{name}", include_in_schema=False)
    def static(name: str) -> Response:
        """Give one of the page's files."""
        return _answer(name)

    def _answer(name: str) -> Response:
        if name not in files:
            text = f"there is no file {name[:200]!r}"
            raise HTTPException(404, text)
        content, media_type = files[name]
        return Response(content, media_type=media_type)
