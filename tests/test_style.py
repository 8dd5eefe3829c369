"""The code keeps the style it promises: ruff, formatting, strict types, one direction of imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(
    not (_ROOT / "pyproject.toml").is_file() or not (_ROOT / "wegeketten").is_dir(),
    reason="the checkout is not here",
)


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-cache"],
        ["ruff", "format", "--check", "--no-cache"],
        ["mypy", "--cache-dir=/dev/null"],
    ],
    ids=["lint", "format", "types"],
)
def test_tool_is_content(command):
    pytest.importorskip(command[0])
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]


_MAY_IMPORT = {  # each room and what it never imports
    "routing": ("wegeketten",),
    "wegeketten/tags": (
        "wegeketten.network.build",
        "wegeketten.people",
        "wegeketten.places",
        "wegeketten.reach",
    ),
    "wegeketten/osm": ("wegeketten.network", "wegeketten.people", "wegeketten.places", "wegeketten.reach"),
    "wegeketten/network": (
        "wegeketten.places",
        "wegeketten.reach",
        "wegeketten.planning",
        "wegeketten.reports",
    ),
    "wegeketten/people": ("wegeketten.reach", "wegeketten.planning", "wegeketten.reports"),
    "wegeketten/places": ("wegeketten.reach", "wegeketten.planning", "wegeketten.reports"),
    "wegeketten/reach": ("wegeketten.reports",),
    "wegeketten/planning": ("wegeketten.reports",),
}


@pytest.mark.parametrize("room", sorted(_MAY_IMPORT))
def test_data_flows_one_way(room):
    for path in sorted((_ROOT / room).glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        hidden = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If)
            and isinstance(node.test, ast.Name)
            and node.test.id == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        for node in ast.walk(tree):
            if id(node) in hidden:
                continue
            names = (
                [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0
                else [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else []
            )  # fmt: skip
            for name in names:
                wrong = [
                    other for other in _MAY_IMPORT[room] if name == other or name.startswith(f"{other}.")
                ]
                assert not wrong, f"{path.relative_to(_ROOT)} imports {name}"


def test_nothing_runs_at_import():
    for path in [*(_ROOT / "wegeketten").rglob("*.py"), *(_ROOT / "routing").glob("*.py"), _ROOT / "cli.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            call = node.value if isinstance(node, ast.Expr) else None
            if isinstance(call, ast.Call):
                pytest.fail(f"{path.relative_to(_ROOT)}:{node.lineno} calls something when it is imported")


def test_no_assert_in_the_product():
    for path in [*(_ROOT / "wegeketten").rglob("*.py"), *(_ROOT / "routing").glob("*.py"), _ROOT / "cli.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        lines = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]
        assert not lines, f"{path.relative_to(_ROOT)}: {lines}"
