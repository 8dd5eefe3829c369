"""Commands of a batch are parsed before the first of them runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from wegeketten.batches.listing import City
from wegeketten.cli import app
from wegeketten.command.batch_check import check_commands
from wegeketten.command.panels import PANELS
from wegeketten.errors import UsageError


def _check(*run: str, options: tuple[str, ...] = ()) -> None:
    group = typer.main.get_command(app)
    with group.make_context("wegeketten", ["batch"]) as root:
        words = tuple(tuple(each.split()) for each in run)
        check_commands(root, [City("town", "Town", Path("town.osm"), "", options, words)])


@pytest.mark.parametrize(
    ("run", "told"),
    [
        ("scan --profil rollator", "--profil "),
        ("scan --profile rolator", "did you mean 'rollator'"),
        ("plan --profile walker --budget viel", "'--budget'"),
        ("scan --service farmacy", "did you mean 'pharmacy'"),
        ("scan --limit kerb=3", "kerb"),
        ("map --lang xx", "xx"),
        ("report more", "unexpected"),
    ],
)
def test_a_wrong_word_is_found_before_the_first_build(run: str, told: str) -> None:
    with pytest.raises(UsageError, match=r"^town: ") as raised:
        _check("scan", run)
    assert run in str(raised.value)
    assert told in str(raised.value)


def test_builds_are_looked_at_and_own_services_are_not_known_yet() -> None:
    with pytest.raises(UsageError, match="build --processes 1 --dem-unit"):
        _check("scan", options=("--processes", "1", "--dem-unit"))
    _check("scan --service own", options=("--services", "own.toml"))


def test_every_command_of_a_batch_is_one_of_the_command_line() -> None:
    from wegeketten.batches.listing import FOLDERS, PAGES

    assert {*FOLDERS, *PAGES} <= {name for names in PANELS.values() for name in names}
    _check(*(name for name in (*FOLDERS, *PAGES) if name not in ("site", "plan")))
