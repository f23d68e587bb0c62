"""The routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from sidelight import __version__
from sidelight.registry import FORMATS
from sidelight.serve._described import described
from sidelight.serve._desk import Desk
from sidelight.serve._gate import Gate
from sidelight.serve._metrics import CONTENT_TYPE, Metrics
from sidelight.serve._models import Models
from sidelight.serve._openapi import add_openapi
from sidelight.serve._page import add_page
from sidelight.serve._request import form_of, rows_of
from sidelight.serve._settings import Settings


class Unsolved(APIRoute):
    """Hands its endpoint the request as it is, and the name of a model.

    What a body holds depends on the model, so that FastAPI could check none of it; to
    look for what to check would take a tenth of what HTTP costs a request.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["method"] not in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        request = Request(scope)
        answer = await self.endpoint(request, request.query_params.get("model"))
        await answer(scope, receive, send)


def make_app(models: Models, settings: Settings, metrics: Metrics) -> FastAPI:
    """Return the server's application.

    Args:
        models: What answers; closed when the application ends.
        settings: The limits.
        metrics: What counts; the models tell it their batches.
    """
    desk = Desk(models, settings)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        desk.ready = True
        yield
        desk.close()

    app = FastAPI(
        title="Sidelight",
        version=__version__,
        lifespan=life,
        docs_url=None,  # these pages load their scripts from elsewhere
        redoc_url=None,
    )
    app.add_middleware(Gate, settings=settings, metrics=metrics)
    _add_answers(app, desk)
    _add_states(app, desk, metrics)
    add_page(app)
    add_openapi(app, models)
    return app


def _add_answers(app: FastAPI, desk: Desk) -> None:
    @app.get("/schema")
    def schema(model: str | None = None) -> JSONResponse:
        """Say what a model takes: task, classes, picture, and every column."""
        with desk.taken(model) as served:
            found = described(served.signature, served.name)
        limits = desk.settings.model_dump(include={"rows", "pixels"})
        return JSONResponse(
            {
                **found,
                "models": desk.models.names,
                "formats": FORMATS.names(),
                "limits": {**limits, "body_bytes": desk.settings.body_bytes},
            }
        )

    async def predict(request: Request, model: str | None = None) -> JSONResponse:
        """Answer a form with one row, or a JSON body with several."""
        with desk.taken(model) as served:
            if _is_form(request):
                row, _ = form_of(request, served)
                found = await desk.answer(served, row)
            elif _is_json(request):
                rows = rows_of(request, served, desk.settings.rows)
                found = {"rows": await desk.answers(served, rows)}
            else:
                text = "send multipart/form-data or application/json"
                raise HTTPException(415, text)
            fingerprint = served.signature.fingerprint
            return JSONResponse(
                {"model": served.name, "fingerprint": fingerprint, **found}
            )

    async def explain(request: Request, model: str | None = None) -> JSONResponse:
        """Say what each part of the picture and each value did to one answer."""
        if not _is_form(request):
            raise HTTPException(415, "send multipart/form-data")
        with desk.taken(model) as served:
            row, wanted = form_of(request, served)
            return JSONResponse(await desk.explain(served, row, wanted))

    for path, endpoint in (("/predict", predict), ("/explain", explain)):
        app.router.add_api_route(
            path, endpoint, methods=["POST"], route_class_override=Unsolved
        )


def _add_states(app: FastAPI, desk: Desk, metrics: Metrics) -> None:
    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """Say that the process lives."""
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        """Say whether requests are answered, and whether the files are those loaded."""
        state = {"ready": desk.ready, "models": desk.models.states()}
        return JSONResponse(state, 200 if desk.ready else 503)

    @app.get("/metrics")
    def figures() -> Response:
        """Give figures for Prometheus."""
        for name, state in desk.models.states().items():
            metrics.current.labels(name).set(state == "current")
            metrics.swaps.labels(name).set(desk.models.swaps[name])
        return Response(metrics.text(), media_type=CONTENT_TYPE)


def _is_form(request: Request) -> bool:
    return _type(request) == "multipart/form-data"


def _is_json(request: Request) -> bool:
    return _type(request) == "application/json"


def _type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
