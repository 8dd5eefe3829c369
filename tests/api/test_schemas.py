"""What every command prints with --json keeps to its published schema, whose objects are closed."""

from __future__ import annotations

import json
from typing import Any, cast

import jsonschema
import pytest
import typer
from api.test_same_bytes import AT, SAID, TABLES, A

from wegeketten.cli import app
from wegeketten.errors import UsageError
from wegeketten.files.schemas import load_schema, schema_names

COMMANDS = cast("Any", typer.main.get_command(app)).commands
UNSTATED = {"batch"}
"""Commands with --json that have no schema yet."""


def _validator(command: Any) -> Any:
    return jsonschema.Draft202012Validator(load_schema(command))


def _keeps(command: Any, text: Any) -> Any:
    faults = sorted(_validator(command).iter_errors(json.loads(text)), key=lambda fault: fault.path)
    assert [(list(fault.absolute_path), fault.message[:200]) for fault in faults] == []


def test_every_command_with_json_has_a_schema() -> None:
    printing = {
        name for name, command in COMMANDS.items() if any("--json" in each.opts for each in command.params)
    }
    assert printing - UNSTATED <= set(schema_names()) <= printing
    with pytest.raises(UsageError, match="prints no JSON"):
        load_schema("map")


@pytest.mark.parametrize("name", schema_names())
def test_schemas_are_valid_and_closed(name: Any) -> None:
    schema = load_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")

    def walk(part: Any, at: Any) -> Any:
        if isinstance(part, dict):
            kinds = part.get("type", [])
            if "object" in ([kinds] if isinstance(kinds, str) else kinds):
                assert "additionalProperties" in part, at
                assert part["additionalProperties"] is not True, at
                assert set(part.get("required", [])) <= set(part.get("properties", {})), at
            for key, value in part.items():
                walk(value, [*at, key])
        elif isinstance(part, list):
            for number, value in enumerate(part):
                walk(value, [*at, number])

    walk(schema, [])


@pytest.mark.parametrize("name", TABLES)
def test_tables_keep_to_their_schema(town: Any, run: Any, tmp_path: Any, name: Any) -> None:
    _, city = town
    options, _ = TABLES[name]
    _keeps(name, run(name, city.path, *options, "-o", tmp_path / "out", "--json"))


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_keeps_to_its_schema(town: Any, run: Any, name: Any) -> None:
    _, city = town
    options, _ = SAID[name]
    command, *flags = name.split()
    _keeps(command, run(command, city.path, *options, *flags, "--json"))


def test_the_others(town: Any, run: Any, tmp_path: Any) -> None:
    folder, city = town
    _keeps("profiles", run("profiles", "--json"))
    _keeps("services", run("services", "--json"))
    _keeps("build", run("build", folder / "town.osm", "-o", tmp_path / "city", "--processes", "1", "--json"))
    file = tmp_path / "m.csv"
    few = ("--profile", "walker", "--json")
    _keeps("matrix", run("matrix", city.path, "--from", "homes", "--to", "pharmacy", *few, "-o", file))
    area = tmp_path / "i.geojson"
    for minutes in ("0.01,5", "3"):
        told = run("isochrone", city.path, "--from", A, "--minutes", minutes, *few, "-o", area)
        _keeps("isochrone", told)
    _keeps("compare", run("compare", city.path, city.path, *few, "--worlds", "2"))
    _keeps("route", run("route", city.path, "--from", A, "--to", A, *few, "--worlds", "0"))
    _keeps("scan", run("scan", city.path, *few, "--service", "stop", "--usable-stops", "1", "--at", AT))
    usable = ("--service", "stop", "--usable-stops", "1", "--at", AT, "-o", tmp_path / "plan")
    _keeps("plan", run("plan", city.path, *few, "--worlds", "0", *usable))
    joint = ("--site-cost", "9000", "--budget", "300000", "--with-measures", "-o", tmp_path / "joint")
    _keeps("site", run("site", city.path, "--profile", "wheelchair", *joint, "--json"))
    for form, name in (("networkx", "g.graphml"), ("osw", "g.zip")):
        _keeps("export", run("export", city.path, "--format", form, "-o", tmp_path / name, "--json"))


def test_the_command_prints_the_file(run: Any) -> None:
    assert json.loads(run("schema", "route")) == load_schema("route")
    assert json.loads(run("schema")) == schema_names()


def test_a_value_of_another_kind_is_found() -> None:
    wrong = {"rows": "many", "origins": 1, "goals": 1, "out": "x", "more": 1}
    assert {fault.validator for fault in _validator("matrix").iter_errors(wrong)} == {
        "type",
        "additionalProperties",
    }
