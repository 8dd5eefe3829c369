"""The code keeps the style it promises: ruff, formatting, strict types, one direction of imports."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.names import ONCE, TWICE, places_of_names

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(
    not (_ROOT / "pyproject.toml").is_file() or not (_ROOT / "wegeketten").is_dir(),
    reason="the checkout is not here",
)


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "--no-cache"], ["ruff", "format", "--check", "--no-cache"]],
    ids=["lint", "format"],
)
def test_tool_is_content(command: list[str]) -> None:
    pytest.importorskip(command[0])
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]


def _lint_imports(where: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    if not command.is_file():
        pytest.skip("import-linter is not installed")
    return subprocess.run(
        [command, "--no-cache"],
        cwd=where, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(where)},
    )  # fmt: skip


def test_rooms_import_downwards_only() -> None:
    run = _lint_imports(_ROOT)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("wegeketten/tags/keys.py", "from wegeketten.network import access"),
        ("wegeketten/reach/shares.py", "def late():\n    from wegeketten.reports import map"),
        ("routing/heap.py", "import wegeketten.errors"),
        ("wegeketten/network/access.py", "from wegeketten.network import ways"),
    ],
)
def test_import_against_the_flow_is_found(module: str, line: str, tmp_path: Path) -> None:
    for name in ("wegeketten", "routing"):
        shutil.copytree(_ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    shutil.copy(_ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    run = _lint_imports(tmp_path)
    assert run.returncode == 1, run.stdout[-3000:] + run.stderr[-1000:]


def test_architecture_names_the_rooms_in_the_order_of_the_rules() -> None:
    rules = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    floors = next(rule for rule in rules["contracts"] if rule["id"] == "floors")["layers"]
    text = (_ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `wegeketten/(\w+)", text, re.MULTILINE)
    rooms = [  # those in parentheses may come
        {room for room in floor.split(" | ") if not room.startswith("(")} for floor in reversed(floors)
    ]
    at = {room: height for height, rooms_of in enumerate(rooms) for room in rooms_of}
    assert set(rows) == set(at)
    assert [at[room] for room in rows] == sorted(at[room] for room in rows)


def test_numba_is_configured_in_one_place_only() -> None:
    for path in [*(_ROOT / "wegeketten").rglob("*.py"), *(_ROOT / "routing").glob("*.py")]:
        if path.name != "compiled.py":
            assert not re.search(r"\bn?jit\b", path.read_text(encoding="utf-8")), path


def test_nothing_runs_at_import() -> None:
    for path in [*(_ROOT / "wegeketten").rglob("*.py"), *(_ROOT / "routing").glob("*.py"), _ROOT / "cli.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            call = node.value if isinstance(node, ast.Expr) else None
            if isinstance(call, ast.Call):
                pytest.fail(f"{path.relative_to(_ROOT)}:{node.lineno} calls something when it is imported")


def test_no_assert_in_the_product() -> None:
    for path in [*(_ROOT / "wegeketten").rglob("*.py"), *(_ROOT / "routing").glob("*.py"), _ROOT / "cli.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        lines = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]
        assert not lines, f"{path.relative_to(_ROOT)}: {lines}"


def _raised(function: ast.FunctionDef) -> Iterator[str]:
    """Names of the errors that a function raises itself, not in functions inside it, nor again."""
    inner = [
        each for each in ast.walk(function) if isinstance(each, ast.FunctionDef) and each is not function
    ]
    inside = {id(node) for each in inner for node in ast.walk(each)}
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and id(node) not in inside and isinstance(node.exc, ast.Call):
            name = ast.unparse(node.exc.func)
            if name.endswith("Error"):
                yield name


def _declares_commands(path: Path) -> bool:
    """Docstrings of commands are their help, and their parameters the options of the command line."""
    return path.name.endswith("_commands.py")


def test_public_functions_state_what_they_raise() -> None:
    silent = []
    for path in [*(_ROOT / "wegeketten").rglob("*.py"), *(_ROOT / "routing").glob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        scopes: list[ast.Module | ast.ClassDef] = [tree]
        scopes += [node for node in tree.body if isinstance(node, ast.ClassDef)]
        for scope in scopes:
            if getattr(scope, "name", "").startswith("_") or _declares_commands(path):
                continue
            for node in scope.body:
                if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                    continue
                if any(_raised(node)) and "Raises\n---" not in (ast.get_docstring(node) or ""):
                    silent.append(f"{path.relative_to(_ROOT)}:{node.lineno} {node.name}")
    assert silent == []


_LONGEST = 80
_MOST_PARAMETERS = 12
_MAY_BE_WIDER = {"build", "write_map", "write_report"}  # public, keyword-only options of the command line


def test_functions_stay_short() -> None:
    wide = []
    for path in [*(_ROOT / "wegeketten").rglob("*.py"), *(_ROOT / "routing").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or node.name in _MAY_BE_WIDER:
                continue
            marks = " ".join(ast.unparse(mark) for mark in node.decorator_list)
            compiled = bool(re.search(r"kernel|helper|inlined", marks)) or path.parent.name == "routing"
            text = ast.get_docstring(node, clean=False) or ""
            lines = (node.end_lineno or 0) - node.lineno + 1 - (text.count("\n") + 1)
            count = len([*node.args.args, *node.args.kwonlyargs])
            options = _declares_commands(path) or path.parent.name == "api"  # those of the command line
            if (lines > _LONGEST and not compiled) or (count > _MOST_PARAMETERS and not options):
                wide.append(f"{path.relative_to(_ROOT)}:{node.lineno} {node.name}: {lines} lines, {count}")
    assert wide == []


@pytest.mark.parametrize("kind", sorted(TWICE))
def test_names_that_stand_twice_have_a_reason(kind: str) -> None:
    places = places_of_names()[kind]
    twice = {name for name, where in places.items() if len(where) > 1 and not name.startswith("_")}
    without = {name: sorted(places[name]) for name in sorted(twice - set(TWICE[kind]))}
    assert without == {}, "rename one of the two, or state the reason in tests/support/names.py"
    assert set(TWICE[kind]) - twice == set(), "no longer twice: take it from tests/support/names.py"
    assert set(TWICE[kind]) & ONCE[kind] == set()
