"""Every command has its function, with the same options by the same names."""

from __future__ import annotations

import inspect
from typing import Any, cast

import pytest
import typer

import wegeketten as wk
from wegeketten.api.inputs import profiles_of
from wegeketten.cli import app
from wegeketten.errors import UsageError

COMMANDS = cast("Any", typer.main.get_command(app)).commands
ONLY_COMMAND_LINE = {"out", "csv", "json", "strict", "lang", "template", "help"}
"""Where the result goes and how it is told; a result is written with `write` and shows itself."""

ONLY_PYTHON = {"out", "lang", "progress", "catalogue", "profiles", "services", "districts"}
OTHER_WORDS = {"return": {"returning"}, "from": {"start", "origins"}, "to": {"end", "goals"}}
"""`return` and `from` cannot be names in Python."""

NO_FUNCTION = {"serve", "cut", "batch"}
"""A server, and commands on files of many cities, which have modules of their own."""


def _options(command: Any) -> Any:
    for parameter in command.params:
        longest = max(parameter.opts, key=len) if parameter.param_type_name == "option" else parameter.name
        yield longest.lstrip("-").replace("-", "_")


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - NO_FUNCTION))
def test_the_function_has_the_commands_options(name: Any) -> None:
    function = getattr(wk, name)
    there = set(inspect.signature(function).parameters)
    missing: set[str] = set()
    for option in set(_options(COMMANDS[name])) - ONLY_COMMAND_LINE:
        if not OTHER_WORDS.get(option, {option}) & there:
            missing.add(option)
    assert missing == set()
    known = set().union(*(OTHER_WORDS.get(each, {each}) for each in _options(COMMANDS[name])))
    assert there - known - ONLY_PYTHON == set()
    assert function.__doc__ is not None
    assert not any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values())


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - NO_FUNCTION))
def test_defaults_are_the_same(name: Any) -> None:
    function = inspect.signature(getattr(wk, name)).parameters
    for parameter in COMMANDS[name].params:
        option = next(iter(_options(type("C", (), {"params": [parameter]}))))
        mine = function.get(option)
        if (
            mine is None
            or mine.default is inspect.Parameter.empty
            or parameter.required
            or option in ("lang", "processes")
        ):
            continue
        told = parameter.default
        told = told() if callable(told) else told
        empty: tuple[Any, ...] = (None, (), [], "", False)
        if not (mine.default in empty and told in empty):
            single = mine.default[0] if isinstance(mine.default, tuple) else mine.default
            assert single == told or (told in empty and name == "site"), (option, mine.default, told)


def test_limits_are_taken_in_three_forms() -> None:
    for limit in ("kerb_cm=6", ["kerb_cm=6"], {"kerb_cm": 6}):
        assert profiles_of("wheelchair", limit)[0].limits.kerb_cm == 6.0
    assert {one.limits.kerb_cm for one in profiles_of((), {"kerb_cm": 1})} == {1.0}
    with pytest.raises(UsageError, match="loaded already"):
        profiles_of(profiles_of("wheelchair"), "kerb_cm=6")
    with pytest.raises(UsageError, match="no limit is called"):
        profiles_of("wheelchair", {"kerb": 6})


def test_old_names_warn_and_work() -> None:
    with (
        pytest.warns(DeprecationWarning, match="bench_every_m is now bench_every"),
        pytest.raises(ValueError),
    ):
        wk.chain("/nowhere", "pharmacy", bench_every_m=-1.0)
