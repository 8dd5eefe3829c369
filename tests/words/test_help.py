"""The help of every command in German: complete, nothing left over, and reachable by --lang and locale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from wegeketten import cli
from wegeketten.command.panels import PANELS, german_of, in_german
from wegeketten.words.catalogue import help_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

FROM_TYPER = {
    *("Usage", "Options", "Arguments", "[OPTIONS]", "COMMAND [ARGS]...", "required", "default", "Other"),
    *("path", "str", "text", "float", "int", "integer", "Show this message and exit."),
}
"""What typer says itself."""


def texts() -> Iterator[str]:
    """Every help text of every command, argument and option, on one line."""
    whole: Any = get_command(cli.app)
    for command in (whole, *whole.commands.values()):
        for holder in (command, *command.params):
            if getattr(holder, "help", None):
                yield " ".join(str(holder.help).split())


def test_every_help_text_has_a_german_wording() -> None:
    missing = sorted(set(texts()) - help_texts().keys())
    assert missing == [], "add each to wegeketten/words/texts/help.toml"


def test_no_german_help_is_left_over() -> None:
    assert help_texts().keys() - set(texts()) - FROM_TYPER - set(PANELS) == set()


def test_placeholders_are_german() -> None:
    for english, german in help_texts().items():
        assert ("LAT,LON" in english) == ("BREITE,LÄNGE" in german), english
        assert not {"VALUE", "FILE"} & set(german.replace("=", " ").replace(":", " ").split()), german


def helped(monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """Help of the command line, as typer hands it out."""
    from typer.testing import CliRunner

    monkeypatch.setattr("sys.argv", ["wegeketten", *words])
    result = CliRunner().invoke(cli.app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("words", [("--lang", "de", "cut", "-h"), ("plan", "--help", "--lang=de")])
def test_german_by_option(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    told = helped(monkeypatch, *words)
    assert told.lstrip().startswith("Aufruf: ")
    assert "Optionen:" in told
    assert "[nötig]" in told
    for english in ("Usage", "required", "default", "<str>", "<path>", "Show this"):
        assert english not in told


def test_german_by_locale_and_english_without(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert "Usage: " in helped(monkeypatch, "--help")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    told = helped(monkeypatch, "--help")
    assert "Was zu tun ist:" in told
    assert all(len(line) <= 80 for line in told.splitlines())
    assert in_german()


def test_language_before_the_command_holds_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {lang: helped(monkeypatch, "--lang", lang, "services") for lang in ("de", "en")}
    assert "Apotheke" in told["de"]
    assert "Pharmacy" in told["en"]


def test_what_typer_appends_is_german_too() -> None:
    assert german_of("Metres around each area.  [default: 2000.0; required]").endswith(
        "[sonst: 2000.0; nötig]"
    )
    assert german_of("Something nobody wrote down.") == "Something nobody wrote down."
