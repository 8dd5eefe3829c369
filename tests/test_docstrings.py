"""Public functions say what they take and what they give back."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).resolve().parents[1]
_NOTHING = {"None", "Never", "NoReturn"}
_EXAMPLES_PERCENT = 48
"""Share of the public functions with parameters that have a running example; raise it, never lower it."""


def _public() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods without an underscore, and where they stand.

    Commands are left out: their docstrings are help for the terminal, their parameters are options with help.
    """
    for path in sorted([*(_ROOT / "wegeketten").rglob("*.py"), *(_ROOT / "routing").glob("*.py")]):
        if path.name.endswith("_commands.py"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        scopes: list[ast.Module | ast.ClassDef] = [tree]
        scopes += [node for node in tree.body if isinstance(node, ast.ClassDef)]
        for scope in scopes:
            if getattr(scope, "name", "").startswith("_"):
                continue
            for node in scope.body:
                if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                    continue
                marks = {ast.unparse(mark).split(".")[-1] for mark in node.decorator_list}
                if not marks & {"overload", "property", "cached_property", "setter"}:
                    yield f"{path.relative_to(_ROOT)}:{node.lineno} {node.name}", node


def _parameters(node: ast.FunctionDef) -> list[str]:
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return [each.arg for each in every if each.arg not in ("self", "cls")]


def section(text: str, title: str) -> str:
    """Content of a section of a docstring; "" where there is none."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^\w+\n-+\n|\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip("\n") if found else ""


def described(content: str) -> set[str]:
    """Names that the section of parameters says something about."""
    names = set()
    for found in re.finditer(r"^(\S[^\n]*)\n((?:(?: [^\n]*)?\n?)*)", content + "\n", re.MULTILINE):
        if found[2].strip():
            names |= {name.strip().lstrip("*") for name in found[1].split(":")[0].split(",")}
    return names


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("a\n    One.\nb, c\n    Two,\n\n    in two parts.", {"a", "b", "c"}),
        ("**options\n    Many.", {"options"}),
        ("a\nb\n    One.", {"b"}),
        ("", set()),
    ],
)
def test_what_counts_as_described(content: str, names: set[str]) -> None:
    assert described(content) == names


def test_public_functions_describe_parameters_and_results() -> None:
    silent = []
    for where, node in _public():
        if not (names := _parameters(node)):
            continue
        text = ast.get_docstring(node) or ""
        if missing := [name for name in names if name not in described(section(text, "Parameters"))]:
            silent.append(f"{where}: {', '.join(missing)}")
        gives = node.returns is not None and ast.unparse(node.returns) not in _NOTHING
        if gives and not (section(text, "Returns") or section(text, "Yields")):
            silent.append(f"{where}: what it returns")
    assert silent == []


def test_share_of_functions_with_examples_does_not_fall() -> None:
    shown = [">>>" in (ast.get_docstring(node) or "") for _, node in _public() if _parameters(node)]
    assert 100 * sum(shown) >= _EXAMPLES_PERCENT * len(shown), f"{sum(shown)} of {len(shown)}"
