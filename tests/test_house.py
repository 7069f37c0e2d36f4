"""The house holds: arrows between rooms, names that are exported, one version, and rooms that are ours."""

import ast
import importlib
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

from domain.settings import VERSION

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("domain", "prompts", "ingest", "kb", "qa", "eval")
FACES = ("app", "pages", "cli")
MAY_IMPORT = {
    "domain": {"domain"},
    "prompts": {"prompts", "domain"},
    "ingest": {"ingest", "domain"},
    "kb": {"kb", "domain"},
    "qa": {"qa", "domain", "kb", "prompts"},
    "eval": {"eval", "domain", "ingest", "kb", "qa", "prompts"},
    "cli": {"cli", *ROOMS},
    "app": set(ROOMS),
    "pages": {"pages", *ROOMS},
}
STANDARD_LIBRARY_ONLY = "domain"
OWNERS = {  # third-party library: the rooms that may import it
    "pypdf": {"ingest"},
    "pypdfium2": {"ingest"},
    "fontTools": {"ingest", "qa"},  # qa: the printable sheet asks a font for its glyphs
    "lxml": {"ingest"},
    "yaml": {"ingest"},
    "sqlalchemy": {"kb"},
    "chromadb": {"kb"},
    "tantivy": {"kb"},
    "onnxruntime": {"kb"},
    "tokenizers": {"kb"},
    "sentence_transformers": {"kb"},
    "langchain": {"qa"},
    "langchain_core": {"qa"},
    "genanki": {"qa"},
    "fpdf": {"qa"},
    "ir_measures": {"eval"},
    "streamlit": {"app", "pages"},
    "altair": {"pages", "eval"},  # eval: the pictures of a report
    "typer": {"cli"},
    "rich": {"cli"},
}

MEASURES_AGAINST_OTHERS = {("eval", "bench.py"), ("eval", "bench_work.py"), ("eval", "reading.py")}
"""Files of judges that import what they measure against."""


def sources() -> list[Path]:
    """Every Python file of the product."""
    found = [path for room in (*ROOMS, "pages") for path in sorted((ROOT / room).rglob("*.py"))]
    return [*found, ROOT / "app.py", ROOT / "cli.py"]


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported(path: Path) -> list[tuple[int, str]]:
    """Each absolute import of a file: its line and the full name."""
    names = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            names.append((node.lineno, node.module or ""))
    return names


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows(path):
    room = room_of(path)
    for line, name in imported(path):
        top = name.partition(".")[0]
        if top in ROOMS or top in FACES:
            assert top in MAY_IMPORT[room], f"{path}:{line} wrong arrow: {room} imports {name}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_third_parties_stay_in_their_rooms(path):
    room = room_of(path)
    if path.relative_to(ROOT).parts[:2] in MEASURES_AGAINST_OTHERS:
        return
    for line, name in imported(path):
        owners = OWNERS.get(name.partition(".")[0])
        assert owners is None or room in owners, f"{path}:{line} {name} belongs to {owners}, not to {room}"


def test_domain_is_standard_library_only():
    import sys

    for path in sorted((ROOT / STANDARD_LIBRARY_ONLY).rglob("*.py")):
        for line, name in imported(path):
            top = name.partition(".")[0]
            assert top == STANDARD_LIBRARY_ONLY or top in sys.stdlib_module_names, f"{path}:{line} imports {name}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_eval_is_imported_by_parts(path):
    """`import eval` hides the builtin; `from eval.x import y` does not."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert not any(alias.name.partition(".")[0] == "eval" for alias in node.names), f"{path}:{node.lineno}"


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_are_ours(room):
    """The rooms have generic names: a foreign package of that name must not stand in their place."""
    origin = find_spec(room).origin
    assert origin is not None and Path(origin).resolve().is_relative_to(ROOT), f"{room} comes from {origin}"


@pytest.mark.parametrize("room", ROOMS)
def test_exported_names_exist(room):
    module = importlib.import_module(room)
    names = getattr(module, "__all__", [])
    assert list(names) == sorted(names, key=str.casefold), f"{room}.__all__ is not in order"
    for name in names:
        assert hasattr(module, name), f"{room} exports {name} and has no such name"


def test_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    newest = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None, "CHANGELOG.md names no version"
    assert project["version"] == newest.group(1) == VERSION


def test_constraints_cover_the_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    locked = {
        re.split(r"==", line)[0].replace("_", "-").lower()
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line
    }
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = {re.match(r"[A-Za-z0-9_.-]+", want).group().replace("_", "-").lower() for want in wanted}
    assert names <= locked, f"not in constraints.txt: {sorted(names - locked)}"


def test_torch_has_no_local_version():
    """`+cpu` is not on the package index: a constraint that names it cannot be met there."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("torch==")] == ["torch==2.13.0"]
    assert not any("+" in line or "file:" in line for line in lines)


def test_no_outside_host_in_the_page():
    for path in [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]:
        text = path.read_text("utf-8")
        assert "unsafe_allow_html" not in text and "unsafe_allow_javascript" not in text, path
        assert not re.search(r"@import|url\(|<script|src=", text), path


def test_telemetry_is_off():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert "font" not in config["theme"]


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", by WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["textColor", "linkColor", "primaryColor"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_themes_hold_contrast(theme, ink, ground):
    colours = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"][theme]
    assert contrast(colours[ink], colours[ground]) >= 4.5
