"""The walls of the layout: what no linter states."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for package in ("bot", "pipeline", "vectorstore") for path in (ROOT / package).rglob("*.py"))


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_has_one_subject_and_stays_within_the_walls(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    long = [f.name for f in functions(tree) if (f.end_lineno or 0) - f.lineno >= 40]

    assert ast.get_docstring(tree), "the first line says what the file is about"
    assert len(text.splitlines()) <= 300
    assert not long


def test_the_top_level_holds_only_what_the_layout_names() -> None:
    allowed = {
        *("bot", "pipeline", "vectorstore", "tests", "pyproject.toml", "Procfile", "README.md", "Makefile"),
        *("requirements.lock", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"),
    }
    visible = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__")) and path.name != "data"}

    assert visible <= allowed


def test_only_settings_read_the_environment() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if "os.environ" in (text := path.read_text(encoding="utf-8")) or "os.getenv" in text
    }

    assert readers <= {"bot/settings.py"}


def test_only_the_engine_files_know_the_engine() -> None:
    knowers = {str(path.relative_to(ROOT)) for path in SOURCES if "dbos" in imported(path)}

    assert knowers <= {"bot/engine/durable.py", "bot/engine/failover.py", "bot/engine/workflows.py"}


def test_only_the_composition_root_plugs_real_adapters_into_the_pipeline() -> None:
    builders = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if "adapters" not in path.parts and "Pipeline(" in path.read_text(encoding="utf-8")
    }

    assert builders == {"bot/app.py"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names
