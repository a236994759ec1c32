"""The house: imports point down, each outside library has one doorway, and there are no circles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("corpus", "index", "retrieval", "evaluation", "bot")
BELOW = {
    "corpus": set(),
    "index": {"corpus"},
    "retrieval": {"corpus", "index"},
    "evaluation": {"corpus", "index", "retrieval"},
    "bot": {"corpus", "index", "retrieval"},
}
DOORWAYS = {
    "sentence_transformers": {"index.encoder", "index.training"},
    "torch": {"index.encoder", "index.training"},
    "datasets": {"index.training"},
    "faiss": {"index.vectors"},
    "bm25s": {"index.lexical"},
    "langchain_text_splitters": {"index.passages"},
    "telegram": {"bot.channels.telegram"},
    "httpx": {"bot.channels.zalo_wire"},
    "sqlmodel": {"bot.feedback"},
    "sqlalchemy": {"bot.feedback"},
    "alembic": {"bot.feedback"},
    "orjson": {"bot.feedback"},
    "argon2": {"bot.feedback"},
    "matplotlib": {"evaluation.plots"},
    "lightgbm": {"evaluation.fit_relevance"},
    "sklearn": {"evaluation.fit"},
    "xlsxwriter": {"bot.feedback"},
    "segno": {"bot.web.sheet"},
    "docx": {"bot.office.annex"},
    "icalendar": {"bot.office.ics"},
    "tomli_w": {"corpus.catalog"},
    "prometheus_client": {"bot.metrics"},
    "pydantic_settings": {"bot.settings"},
}
# What the layers above may see of the index: what builds and loads it, and the reading of words for search.
INDEX_IN_SIGHT = {"index.encoder", "index.errors", "index.passages", "index.provision_index", "index.training"}


def modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every module imported, and whether only for type checking."""
    tree = ast.parse(path.read_text("utf-8"))
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in typing_only
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in {path}"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (whole if whole in MODULES else str(node.module)), id(node) in typing_only


def test_there_is_something_to_walk() -> None:
    assert len(MODULES) > 30
    assert any(name == "bm25s" for name, _ in imports(MODULES["index.lexical"]))


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    package = module.split(".")[0]
    for name, _ in imports(MODULES[module]):
        top = name.split(".")[0]
        if top not in PACKAGES or top == package:
            continue
        if module == "bot.cli" and name == "evaluation.cli":
            continue  # it mounts the commands
        assert top in BELOW[package], f"{module} imports {name}"
        if package == "bot" and top == "index":
            assert name in INDEX_IN_SIGHT, f"{module} imports {name}"


@pytest.mark.parametrize("module", MODULES)
def test_each_library_has_one_doorway(module: str) -> None:
    for name, _ in imports(MODULES[module]):
        doors = DOORWAYS.get(name.split(".")[0])
        if doors is not None:
            assert any(module == door or module.startswith(door + ".") for door in doors), f"{module} imports {name}"


def test_channels_know_neither_each_other_nor_the_feedback_tables() -> None:
    for module, path in MODULES.items():
        if not module.startswith("bot.channels."):
            continue
        for name, _ in imports(path):
            assert not name.startswith("bot.feedback"), f"{module} imports {name}"
            if name.startswith("bot.channels.") and name != module:
                family = module.split(".")[2].split("_")[0]
                assert name.split(".")[2].startswith(family), f"{module} imports {name}"


def test_pages_know_of_the_feedback_what_reviewers_see_alone() -> None:
    for module, path in MODULES.items():
        if module.startswith("bot.web."):
            seen = {name for name, _ in imports(path) if name.startswith("bot.feedback")}
            assert seen <= {"bot.feedback.review", "bot.feedback.database"}, f"{module} imports {seen}"


def test_there_are_no_circles() -> None:
    graph = {
        module: {name for name, typing_only in imports(path) if name in MODULES and name != module and not typing_only}
        for module, path in MODULES.items()
    }
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail[trail.index(module) :], module))
        if module in done:
            return
        for name in graph[module]:
            visit(name, (*trail, module))
        done.add(module)

    for module in graph:
        visit(module, ())
