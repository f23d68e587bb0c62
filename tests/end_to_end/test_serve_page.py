"""The page of `sidelight serve` in a browser: phone and desk, light and dark."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.end_to_end.serving import Running, export_model, picture, served

DEPTH = "depth (m) 深さ"


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


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    export_model(folder / "one.onnx", fingerprint="first")
    for number in range(4):
        (folder / f"{number}.jpg").write_bytes(picture(number, "JPEG", (60, 40)))
    return folder


@pytest.fixture(scope="module")
def server(folder) -> Iterator[Running]:
    with served(folder / "one.onnx") as running:
        yield running


@dataclass
class Seen:
    """A page, and what the browser said of it."""

    page: Page
    origin: str
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser, server):
    """Open the page, and see at the end that nothing was wrong with it."""
    contexts = []

    def open_at(url=server.url, width=1280, scheme="light", expected=()):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        seen = Seen(context.new_page(), url)
        contexts.append((context, seen, expected))
        seen.page.set_default_timeout(30_000)
        seen.page.on("console", lambda message: seen.messages.append(message.text))
        seen.page.on("pageerror", lambda error: seen.messages.append(str(error)))
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.goto(f"{url}/")
        return seen.page

    yield open_at
    for context, seen, expected in contexts:
        strange = [m for m in seen.messages if not any(e in m for e in expected)]
        assert strange == []
        inside = (seen.origin, "blob:", "data:")
        assert [url for url in seen.requests if not url.startswith(inside)] == []
        context.close()


def ask(page: Page, file) -> None:
    expect(page.locator("#main")).to_be_visible()  # once it knows the model
    page.set_input_files("#files", file)
    page.get_by_role("button", name="Predict", exact=True).click()
    page.wait_for_selector("#effect-rows tr")


def assert_clean(page: Page) -> None:
    width = "document.documentElement.scrollWidth"
    assert page.evaluate(f"{width} - document.documentElement.clientWidth") == 0
    found = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found] == []


def shares(page: Page) -> list[str]:
    return page.locator(".bars .value").all_inner_texts()


def test_a_picture_is_answered_and_explained_and_a_slider_moves_the_bars(
    opened, folder
):
    page = opened()
    expect(page.locator("#about")).to_contain_text("one of 3 classes")
    ask(page, folder / "0.jpg")
    assert len(shares(page)) == 3
    expect(page.locator("#heat-text")).to_contain_text("occlusion")
    drawn = "c => c.getContext('2d').getImageData(0,0,c.width,c.height).data.some(v=>v)"
    assert page.locator("#heat-canvas").evaluate(drawn)
    assert page.locator("#effect-rows tr").count() == 6  # the place is unknown
    before = shares(page)
    slider = page.locator("#what-if-fields").get_by_label(DEPTH)
    slider.focus()
    for _ in range(60):
        slider.press("ArrowRight")
    page.wait_for_function(
        "old => [...document.querySelectorAll('.bars .value')]"
        ".map(e => e.innerText).join() !== old",
        arg=",".join(before),
    )
    assert page.locator(".track i").count() == 3  # where the first answer was
    page.get_by_role("button", name="Back to what you entered").click()
    assert [text.split(" (")[0] for text in shares(page)] == before
    assert_clean(page)


@pytest.mark.parametrize("sent", [True, False], ids=["sent", "not yet sent"])
def test_what_was_asked_before_going_back_changes_nothing_after(opened, folder, sent):
    page = opened(expected=("Failed to load resource",))
    ask(page, folder / "0.jpg")
    before = shares(page)
    held = []
    page.route("**/predict", lambda route: held.append(route))
    slider = page.locator("#what-if-fields").get_by_label(DEPTH)
    back = "document.querySelector('#reset').click()"
    if sent:
        with page.expect_request("**/predict"):
            slider.press("End")
        page.evaluate(back)
    else:  # in one go: it is sent a moment after the slider has moved
        moved = "e.dispatchEvent(new Event('input', {bubbles: true}))"
        slider.evaluate(f"e => {{ e.value = e.max; {moved}; {back}; }}")
    for route in held:
        route.continue_()
    page.wait_for_timeout(1000)
    assert shares(page) == before
    assert len(held) == sent


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_clean_at_any_width_and_in_both_lights(opened, folder, width, scheme):
    page = opened(width=width, scheme=scheme)
    page.wait_for_selector("#main:not([hidden])")
    assert_clean(page)
    ask(page, folder / "1.jpg")
    assert_clean(page)


@pytest.mark.slow
def test_it_works_by_keyboard_alone(opened, folder):
    page = opened()
    page.wait_for_selector("#main:not([hidden])")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.set_input_files("#files", folder / "2.jpg")  # the system's own dialogue
    page.keyboard.press("Tab")
    expect(page.locator("#files")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    page.wait_for_selector("#effect-rows tr")
    expect(page.get_by_role("row", name=DEPTH)).to_contain_text("7.0")


@pytest.mark.slow
def test_what_cannot_be_used_is_said_where_it_was_entered(opened, folder, tmp_path):
    page = opened(expected=("422",))
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.locator("#picture-error")).to_have_text("Choose a picture first.")
    page.set_input_files("#files", folder / "0.jpg")
    page.locator("#fields").get_by_label("lat (latitude)").fill("120")
    page.get_by_role("button", name="Predict", exact=True).click()
    wrong = page.locator("#fields [aria-invalid=true]")
    expect(wrong).to_be_focused()
    expect(page.locator("#fields .error:visible")).to_contain_text("less than or equal")
    (tmp_path / "notes.jpg").write_text("no picture")
    page.set_input_files("#files", tmp_path / "notes.jpg")
    page.locator("#fields").get_by_label("lat (latitude)").fill("12")
    page.get_by_role("button", name="Predict", exact=True).click()
    expect(page.locator("#picture-error")).to_contain_text("is not a picture")


@pytest.mark.slow
def test_a_table_is_answered_and_comes_back_as_csv(opened, folder, tmp_path):
    rows = [
        {
            "file": f"pictures/{n}.jpg",
            DEPTH: str(n),
            "sensor": "=1+1",
            "note": 'a "b",\nc',
        }
        for n in range(4)
    ]
    rows[1][DEPTH] = "deep"
    rows.append({"file": "p/gone.jpg", DEPTH: "", "sensor": "", "note": ""})
    with (tmp_path / "t.csv").open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    page = opened()
    page.set_input_files("#table-file", tmp_path / "t.csv")
    page.set_input_files("#table-pictures", [folder / f"{n}.jpg" for n in range(4)])
    page.get_by_role("button", name="Predict all rows").click()
    status = page.locator("#table-status")
    expect(status).to_contain_text("3 of 5 rows answered, 3 with something unusual.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["note"] for row in found] == [row["note"] for row in rows]
    assert [row["sensor"] for row in found] == ["'=1+1"] * 4 + [""]
    assert "valid number" in found[1]["problem"]
    assert "one is wanted, 0 came" in found[4]["problem"]
    assert found[0]["prediction"] in ("one", "zwei", "три")
    assert 0 <= float(found[0]["probability_zwei"]) <= 1
    assert_clean(page)


@pytest.mark.slow
def test_a_server_that_is_gone_is_said(opened, folder):
    with served(folder / "one.onnx") as running:
        page = opened(running.url, expected=("ERR_CONNECTION_REFUSED",))
        ask(page, folder / "0.jpg")
        assert running.stop() == 0
        page.get_by_role("button", name="Predict", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Is it still running?")


@pytest.mark.slow
def test_a_key_is_asked_for_and_kept_for_the_tab(opened, folder):
    with served(folder / "one.onnx", SIDELIGHT_API_KEY="secret") as running:
        page = opened(running.url, expected=("401",))
        page.get_by_label("API key").fill("wrong")
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_label("API key")).to_be_visible()
        page.get_by_label("API key").fill("secret")
        page.get_by_role("button", name="Go on").click()
        ask(page, folder / "0.jpg")
        assert_clean(page)
