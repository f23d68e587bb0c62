"""`sidelight report`, and its page in a browser: phone and desk, light and dark."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

import sidelight as sl
from tests.end_to_end.conftest import make_rows, write_table
from tests.unit.report.making import CLASSES, make_comparison, make_table
from tests.unit.report.reading import read_page
from tests.unit.report.test_report_search import TUNE

WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
MEDIA = ("screen", "print")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Debian's Chromium; its absence is a failure, never a skip."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("there is no Chromium to look at the page with: make system-deps")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        yield started
        started.close()


@dataclass
class Seen:
    """What a browser said of a page."""

    overflow: int = 0
    violations: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def look(browser: Browser, path: Path, width: int, scheme: Any) -> Seen:
    """Open a page with everything unfolded, and check it."""
    seen = Seen()
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    page.on("console", lambda message: seen.messages.append(message.text))
    page.on("pageerror", lambda error: seen.messages.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    seen.overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    found = Axe().run(page).response["violations"]
    seen.violations = [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found]
    context.close()
    return seen


def assert_good(browser: Browser, path: Path, width: int, scheme: str) -> None:
    seen = look(browser, path, width, scheme)
    assert seen.messages == []
    assert seen.overflow == 0, f"{width} pixels are too narrow for {path}"
    assert seen.violations == []
    outside = [url for url in seen.requests if not url.startswith("data:")]
    assert outside == [path.as_uri()]


def heights_of_folded(browser: Browser, path: Path, media: Any) -> list[float]:
    """Return in pixels how high the folded parts are drawn, below their headings."""
    page = browser.new_page()
    page.goto(path.as_uri())
    page.emulate_media(media=media)
    heights = page.evaluate(
        """[...document.querySelectorAll('details:not([open])')].map(d =>
            d.getBoundingClientRect().height -
            d.querySelector('summary').getBoundingClientRect().height)"""
    )
    page.close()
    return list(heights)


def test_a_comparison_in_the_browser(browser, tmp_path):
    table = make_table(tmp_path / "pictures", 300, pictures=280)
    path = make_comparison(table).report(tmp_path / "page.html")
    for width, scheme in zip(WIDTHS, SCHEMES, strict=True):
        assert_good(browser, path, width, scheme)
    on_screen, on_paper = (heights_of_folded(browser, path, m) for m in MEDIA)
    assert len(on_screen) == len(on_paper) > 0
    # A sheet of paper cannot be unfolded.
    assert min(on_paper) > max(on_screen) + 10


def test_an_audit_in_the_browser(browser, tmp_path):
    frame = make_table(tmp_path / "pictures", 80, pictures=80).frame
    frame = frame.with_columns(age=pl.Series(["-3", *["40"] * 78, "<b>"]))
    folder = tmp_path / "pictures"
    found = sl.audit_table(frame, image="file", target="label", images=folder)
    path = found.report(tmp_path / "page.html")
    assert {f.severity for f in found.findings} >= {"severe", "warning"}
    for width, scheme in zip(WIDTHS, SCHEMES, strict=True):
        assert_good(browser, path, width, scheme)


def test_what_is_wrong_with_a_page_is_seen(browser, tmp_path):
    path = tmp_path / "bad.html"
    path.write_text(
        "<!doctype html><title>bad</title><img src='data:,'>"
        "<div style='width:2000px;color:#ddd;background:#eee'>pale</div>"
        "<script>console.error('oh')</script>"
    )
    seen = look(browser, path, 390, "light")
    assert seen.overflow > 1000
    assert "oh" in seen.messages
    assert {v.split(":")[0] for v in seen.violations} >= {
        "color-contrast", "html-has-lang", "image-alt",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["regression", "many classes", "long names"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_other_comparisons_in_the_browser(browser, tmp_path, kind, scheme, width):
    if kind == "regression":
        table = make_table(tmp_path, task="regression")
    elif kind == "many classes":
        table = make_table(tmp_path, 900, tuple(f"class {i}" for i in range(60)))
    else:
        table = make_table(tmp_path, classes=tuple(name * 12 for name in CLASSES))
    path = make_comparison(table).report(tmp_path / "page.html")
    assert_good(browser, path, width, scheme)


def test_a_run_has_a_page(sidelight, browser, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = write_table(tmp_path / "scenes.csv", make_rows(tmp_path))
    made = sidelight(
        "train", table, "--image", "file", "--target", "label", "--epochs", 1,
        "--backbone", "small", "--set", "backbone.widths=[8]", "--name", "one",
    )  # fmt: skip
    assert made.code == 0, made.err
    written = sidelight("report", "runs/one")
    assert written.code == 0, written.err
    path = tmp_path / "runs" / "one" / "report.html"
    assert written.out == f"written to {path.relative_to(tmp_path)}\n"
    found = read_page(path.read_text())
    assert [e["id"] for e in found.all("section")] == [
        "scores", "confusion", "calibration", "label_noise", "curves", "data", "done",
        "repeat",
    ]  # fmt: skip
    assert "temperature" in found.text
    doubted = (tmp_path / "runs" / "one" / "label_noise.csv").read_text().count(
        "\n"
    ) - 1
    assert len(found.all("img")) == 24 + doubted
    assert "sidelight train" in found.text
    assert_good(browser, path, 390, "light")

    shutil.rmtree(tmp_path / "images")
    assert sidelight("report", "runs/one").code == 0
    found = read_page(path.read_text())
    assert not found.all("img")
    assert found.text.count("the picture is no longer there") == 24 + doubted

    (tmp_path / "scenes.csv").unlink()
    other = tmp_path / "elsewhere.html"
    assert sidelight("report", "runs/one", "-o", other).code == 0
    found = read_page(other.read_text())
    assert "The rows themselves cannot be shown" in found.text
    assert "data" not in [e["id"] for e in found.all("section")]

    told = sidelight("report", "runs/one", "--json")
    assert json.loads(told.out) == {"report": "runs/one/report.html"}

    missing = sidelight("report", "runs/two")
    assert missing.code == 2
    assert "there is no such run" in missing.err


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_a_search_in_the_browser(browser, tmp_path, width):
    from sidelight.report import write_report
    from sidelight.runs import RunDirectory, environment, write_json

    directory = RunDirectory(tmp_path / "t")
    directory.start()
    write_json(directory.environment, environment())
    write_json(directory.tune, TUNE)
    assert_good(browser, write_report(directory.path), width, "dark")
