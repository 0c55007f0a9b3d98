"""Imports run downward only: soundscape -> playlists -> library; no circles; no Flask below soundscape.

Every import counts, also those inside functions and under ``TYPE_CHECKING``: an arrow is an arrow.
"""

import ast
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("library", "playlists", "soundscape")
"""From the ground up; each may import itself and what stands before it."""
WEB = {"flask", "werkzeug", "jinja2"}

Sources = Mapping[str, str]
"""Source text by dotted module name; a package is named by its folder."""


def our_sources() -> dict[str, str]:
    sources = {}
    for layer in LAYERS:
        for path in (ROOT / layer).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            sources[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return sources


def imports_of(module: str, source: str, known: set[str]) -> set[str]:
    """Everything a module imports, absolute; ``from a import b`` names ``a.b`` if that is a module, else ``a``."""
    found = set()
    here = module.split(".") if any(name.startswith(f"{module}.") for name in known) else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            up = here[: len(here) - node.level + 1] if node.level else []
            base = ".".join([*up, *([node.module] if node.module else [])])
            names = {f"{base}.{alias.name}".strip(".") for alias in node.names}
            found |= {name if name in known else base for name in names}
    return found


def graph_of(sources: Sources) -> dict[str, set[str]]:
    known = set(sources) | set(LAYERS)
    return {module: imports_of(module, source, known) for module, source in sources.items()}


def upward_imports(sources: Sources) -> list[str]:
    """Each import of a layer above the importer's own."""
    rank = {layer: index for index, layer in enumerate(LAYERS)}
    return sorted(
        f"{module} -> {target}"
        for module, targets in graph_of(sources).items()
        for target in targets
        if rank.get(target.split(".")[0], -1) > rank[module.split(".")[0]]
    )


def web_imports(sources: Sources) -> list[str]:
    """Each import of a web framework below soundscape."""
    return sorted(
        f"{module} -> {target}"
        for module, targets in graph_of(sources).items()
        for target in targets
        if not module.startswith("soundscape") and target.split(".")[0].split("_")[0] in WEB
    )


def circle(sources: Sources) -> list[str]:
    """One circle of modules that import one another, or nothing."""
    arrows = {module: targets & sources.keys() - {module} for module, targets in graph_of(sources).items()}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_imports_run_downward_only():
    assert upward_imports(our_sources()) == []


def test_no_modules_import_one_another_in_a_circle():
    assert circle(our_sources()) == []


def test_library_and_playlists_know_no_web():
    assert web_imports(our_sources()) == []


def test_the_reader_sees_our_modules():
    graph = graph_of(our_sources())
    assert "library.audio" in graph["library.scan"]
    assert "playlists.fit" in graph["soundscape.build"]


@pytest.mark.parametrize(
    "source",
    [
        "import soundscape",
        "from playlists import fit",
        "from playlists.fit import fit as f",
        "from ..playlists import fit",
        "def f():\n    import soundscape.cli",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import playlists.arc",
    ],
)
def test_the_checker_finds_an_upward_import(source):
    assert upward_imports({"library.scan": source})


def test_the_checker_allows_downward_imports():
    assert not upward_imports(
        {"soundscape.cli": "import playlists.fit, library.scan", "playlists.fit": "import library"}
    )


@pytest.mark.parametrize(
    "sources",
    [
        {"library.a": "import library.b", "library.b": "from library import a"},
        {
            "library.a": "from . import b",
            "library.b": "from .c import x",
            "library.c": "def f():\n    import library.a",
        },
        {"library": "from library.a import x", "library.a": "from library import y", "library.b": ""},
    ],
)
def test_the_checker_finds_a_circle(sources):
    assert circle(sources)


def test_the_checker_takes_a_ladder_for_no_circle():
    assert not circle(
        {"library.a": "from library import b, c", "library.b": "import library.c", "library.c": "import os"}
    )


def test_the_checker_finds_flask_below_the_service():
    assert web_imports({"playlists.fit": "from flask_login import current_user"})
    assert not web_imports({"soundscape.app": "import flask"})
