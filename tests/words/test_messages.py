"""Errors, notes and warnings in the reader's language: every one the code can say has its German wording."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from wegeketten.words.catalogue import message_texts
from wegeketten.words.messages import translated, wordings
from wegeketten.words.reader import chosen_language, language_of_run, locale_language

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[2]
ERRORS = {"UsageError", "InputDataError", "OutputError", "MissingExtraError", "BusyError", "RefusedError"}
FROM_OUTSIDE = {"command_line", "system", "pydantic"}
"""Sections of messages that typer, the operating system and pydantic say."""

FOR_PROGRAMMERS = ("siting/problem.py", "siting/center.py", "siting/covering.py")
"""Solvers whose errors are for who calls them from Python."""


def wording(node: ast.expr) -> str | None:
    """A message with ``{}`` for each slot; None where it is no text."""
    if isinstance(node, ast.Constant):
        return node.value.replace("{", "").replace("}", "") if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(
            "{}" if isinstance(part, ast.FormattedValue) else wording(part) or "" for part in node.values
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = wording(node.left), wording(node.right)
        return None if None in sides else "".join(map(str, sides))
    return None


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def said_by(tree: ast.AST) -> list[tuple[int, str]]:
    """Messages a module raises, notes or says, with their lines."""
    found: list[tuple[int, ast.expr]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = called(node)
            onto = ast.unparse(node.func.value).split(".")[-1] if isinstance(node.func, ast.Attribute) else ""
            if name in ("Skipped", "Rejected"):
                found.append((node.lineno, node.args[-1]))
            if (
                name in ERRORS
                or name in ("say", "say_error", "refuse")
                or (name == "append" and onto in ("notes", "faults", "clauses"))
            ):
                found.append((node.lineno, node.args[0]))
        if (
            isinstance(node, ast.Raise)
            and isinstance(node.exc, ast.Call)
            and called(node.exc) == "ValueError"
        ):
            found += [(node.lineno, argument) for argument in node.exc.args[:1]]
        if isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == ["reason"]:
            found.append((node.lineno, node.value))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(ast.unparse(target).split(".")[-1] == "notes" for target in targets):
                found += [
                    (part.lineno, part) for part in ast.walk(node.value) if isinstance(part, ast.JoinedStr)
                ]
    heads = re.compile("^(wegeketten|note): ")
    said = [(line, heads.sub("", text)) for line, node in found if (text := wording(node))]
    return [(line, text) for line, text in said if re.search("[A-Za-z]{2}", text)]


def modules() -> list[Path]:
    return [*sorted((ROOT / "wegeketten").rglob("*.py")), ROOT / "cli.py"]


def slotless(english: str) -> str:
    return re.sub(r"\{\w+\}", "{}", english)


def test_every_message_has_a_german_wording() -> None:
    known = {slotless(english) for english in message_texts()}
    internal = {"no work was given", "this edge table was made without lines"}
    missing = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in modules()
        if not str(path).endswith(FOR_PROGRAMMERS)
        for line, text in said_by(ast.parse(path.read_text(encoding="utf-8")))
        if text not in known and text not in internal
    ]
    assert missing == [], "add each to wegeketten/words/texts/messages.toml"


def test_every_german_wording_is_still_said() -> None:
    import tomllib

    texts = ROOT / "wegeketten" / "words" / "texts" / "messages.toml"
    sections = tomllib.loads(texts.read_text(encoding="utf-8"))
    ours = {english for name, part in sections.items() if name not in FROM_OUTSIDE for english in part}
    said = set()
    for path in [*modules(), *sorted((ROOT / "routing").glob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) and (text := wording(node)):
                said.add(re.sub("^(wegeketten|note): ", "", re.sub(r"%[sd]", "{}", text)))
    assert sorted(english for english in ours if slotless(english) not in said) == []


def sample(wording: str) -> str:
    """A wording with every slot filled; clauses that may be missing are missing."""
    tails = ("meant", "more", "hint")
    many = re.sub(r"\{\w+:p [^}/]*/([^}]*)\}", r"\1", wording)
    return re.sub(r"\{(\w+)(?::[nqtl])?\}", lambda slot: "" if slot[1] in tails else "Q7", many)


def test_every_wording_fills_its_german_slots() -> None:
    for english, german in message_texts().items():
        named = set(re.findall(r"\{(\w+)(?::[nqtl]|:p [^}/]+/[^}/]+)?\}", german))
        assert german.count("{") == len(re.findall(r"\{(\w+)(?::[nqtl]|:p [^}/]+/[^}/]+)?\}", german)), (
            english
        )
        assert named <= set(re.findall(r"\{(\w+)\}", english)), english
        assert translated(sample(english), "de") == sample(german), english


def test_numbers_and_parts_are_german_too() -> None:
    assert (
        translated("note: 1,234 homes lie in no district", "de")
        == "Hinweis: 1.234 Wohnadressen liegen in keinem Stadtteil"
    )
    assert translated("1 homes lie in no district", "de") == "1 Wohnadresse liegt in keinem Stadtteil"
    assert (
        translated("wegeketten: x.toml: unknown key 'a', did you mean 'b'?", "de")
        == "wegeketten: x.toml: unbekannter Schlüssel 'a', gemeint vielleicht 'b'?"
    )
    assert translated("cannot write /a/b: Permission denied; choose another place with -o", "de").startswith(
        "/a/b kann nicht geschrieben werden: Zugriff verweigert"
    )
    assert translated("something nobody wrote down", "de") == "something nobody wrote down"
    assert translated("3 homes lie in no district", "en") == "3 homes lie in no district"


def test_the_most_fixed_wording_wins() -> None:
    fixed = [one.literal for one in wordings()]
    assert fixed == sorted(fixed, reverse=True)


def test_language_of_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert chosen_language(None) == "de"
    assert language_of_run("en", ["scan", "x"]) == "en"
    assert language_of_run("en", ["scan", "--lang", "fr", "--lang", "de"]) == "de"
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert chosen_language(None) == "en"
    assert chosen_language("de") == "de"
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert language_of_run("en", []) == "de"
    assert locale_language({"LANG": "fr_FR.UTF-8"}) is None
