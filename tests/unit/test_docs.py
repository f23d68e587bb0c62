"""What the pages say of the code is true of the code, as far as a test can tell."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from pathlib import Path

import pytest
import typer

import sidelight
from sidelight.cli._main import app
from sidelight.registry import BACKBONES, CHECKS, ENCODERS, ENSEMBLES, FUSIONS, SPLITS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
ROOMS = sorted(path.parent for path in SOURCE.glob("sidelight/*/__init__.py"))
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(ROOT.glob("docs/*.md")),
    *(room / "README.md" for room in ROOMS),
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def text_of(name):
    return (ROOT / name).read_text("utf-8")


def page_id(path):
    return str(path.relative_to(ROOT))


def examples():
    for page in PAGES:
        if not page.exists():
            continue
        for number, code in enumerate(PYTHON.findall(page.read_text("utf-8"))):
            yield pytest.param(code, id=f"{page_id(page)}-{number}")


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_relative_links_lead_to_files(page):
    links = LINK.findall(page.read_text("utf-8"))
    local = [link.split("#")[0] for link in links if "://" not in link]
    missing = [link for link in local if link and not (page.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_each_room_says_in_few_lines_what_it_is_for(room):
    lines = (room / "README.md").read_text("utf-8").splitlines()
    assert lines[0] == f"# {room.name}"
    assert len(lines) <= 15
    for word in ("**Enters**", "**Leaves**", "**Never here**"):
        assert any(line.startswith(word) for line in lines)


# A page each: what is described there, and the folders of its files.
PARTS = {
    "fusions": {"nn/fusions": FUSIONS, "experiments/ensembles": ENSEMBLES},
    "encoders": {"nn/encoders": ENCODERS},
}


@pytest.mark.parametrize("part", PARTS)
def test_a_parts_page_has_a_section_and_a_row_for_each_variant(part):
    page = text_of(f"docs/{part}.md")
    names = sorted(
        name for registry in PARTS[part].values() for name in registry.names()
    )
    assert sorted(re.findall(r"^## `(\w+)`$", page, re.MULTILINE)) == names
    assert sorted(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == names


@pytest.mark.parametrize("part", PARTS)
def test_a_parts_page_names_every_option(part):
    page = text_of(f"docs/{part}.md")
    sections = dict(re.findall(r"^## `(\w+)`$(.*?)(?=^## |\Z)", page, re.M | re.S))
    files = [
        SOURCE / "sidelight" / folder / f"{name}.py"
        for folder, registry in PARTS[part].items()
        for name in registry.names()
    ]
    for path in files:
        classes = [n for n in ast.parse(path.read_text("utf-8")).body if _is_config(n)]
        for field in (f for c in classes for f in c.body):
            if isinstance(field, ast.AnnAssign):
                assert f"`{field.target.id}`" in sections[path.stem], path.stem


def test_every_fusion_has_a_picture_on_its_page():
    page = text_of("docs/fusions.md")
    for name in FUSIONS.names():
        assert f"![{name}](fusions/{name}.svg)" in page


def _is_config(node):
    return isinstance(node, ast.ClassDef) and node.name.endswith("Config")


def test_usage_page_has_a_row_for_each_split_and_names_each_backbone():
    page = text_of("docs/usage.md")
    section = page.split("\n## Splits\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert sorted(rows) == SPLITS.names()
    for name in BACKBONES.names():
        assert re.search(rf"\b{name}\b", page)


def test_audit_page_has_a_row_for_each_check_with_what_it_needs():
    rows = re.findall(
        r"^\| `(\w+)` \| (\w+) \|", text_of("docs/audit.md"), re.MULTILINE
    )
    needs = {
        entry.name: (set(entry.capabilities) & {"table", "split", "pixels"}).pop()
        for entry in CHECKS.entries()
    }
    assert dict(rows) == needs


VERBS = typer.main.get_command(app).commands


@pytest.mark.parametrize("verb", list(VERBS))
def test_usage_page_names_every_option_of_a_verb(verb):
    page = text_of("docs/usage.md")
    start = page.index("## `sidelight train`")
    other = page.index("## The other verbs")
    end = page.index("## Exit codes")
    train, said = page[start:other], _paragraphs(page[other:end], verb)
    if verb == "train" or "takes the options of `train`" in said.replace("\n", " "):
        said += train
    options = [
        name
        for parameter in VERBS[verb].params
        if parameter.param_type_name == "option"
        for name in (*parameter.opts, *parameter.secondary_opts)
    ]
    assert options
    missing = [name for name in options if not re.search(rf"`{name}[` ]", said)]
    assert not missing


def _paragraphs(section, verb):
    # What is said of a verb begins with its name.
    paragraphs = section.split("\n\n")
    return "\n".join(p for p in paragraphs if p.startswith(f"`{verb}"))


def test_usage_page_names_no_option_that_does_not_exist():
    known = {
        name
        for command in VERBS.values()
        for parameter in command.params
        for name in (*parameter.opts, *parameter.secondary_opts)
    } | {"--help", "--version"}
    said = set(re.findall(r"`(--[a-z-]+)", text_of("docs/usage.md")))
    assert said <= known


def test_architecture_page_has_the_rooms_in_the_order_of_the_contract():
    project = tomllib.loads(text_of("pyproject.toml"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(c for c in contracts if c["type"] == "layers")["layers"]
    page = text_of("docs/architecture.md")
    table = page.split("| room |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", table, re.MULTILINE)
    shown = [set(re.findall(r"`(\w+)`", row)) for row in rows]
    wanted = [{name.strip() for name in layer.split("|")} for layer in reversed(layers)]
    assert shown == wanted


@pytest.mark.parametrize("code", list(examples()))
def test_example_is_python_and_uses_names_that_exist(code):
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _is_ours(node.module):
            known = _names_in(node.module)
            assert {alias.name for alias in node.names} <= known
        if isinstance(node, ast.Import):
            for alias in node.names:
                assert alias.name == "sidelight" or not _is_ours(alias.name)
        if isinstance(node, ast.Attribute) and _is_sl(node.value):
            assert node.attr in sidelight.__all__
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Attribute)
            and _is_sl(node.value.value)
            and node.value.attr == "datasets"
        ):
            assert node.attr in importlib.import_module("sidelight.datasets").__all__


def _is_ours(module):
    return (module or "").split(".")[0] == "sidelight"


def _is_sl(node):
    return isinstance(node, ast.Name) and node.id == "sl"


def _names_in(module):
    """Return what a module defines or imports, without importing it."""
    place = SOURCE.joinpath(*module.split("."))
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name for alias in node.names}
        if isinstance(node, ast.Assign):
            found |= {t.id for t in node.targets if isinstance(t, ast.Name)}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


def test_the_example_fusion_is_registered_under_the_name_of_its_file():
    page = text_of("CONTRIBUTING.md")
    code = PYTHON.findall(page)[0]
    name = re.search(r'FUSIONS\.register\(\s*"(\w+)"', code).group(1)
    assert f"src/sidelight/nn/fusions/{name}.py" in page
    assert name not in FUSIONS.names()
