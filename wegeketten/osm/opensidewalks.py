"""OpenSidewalks 0.3: a set of GeoJSON files in a zip archive, read and held against its schema."""

from __future__ import annotations

import json
import math
import tomllib
import zipfile
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from wegeketten.errors import InputDataError
from wegeketten.files.archives import check_archive, members_of
from wegeketten.files.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EXTENSION = "ext:"
_HEAD = frozenset({"$schema", "dataSource", "dataTimestamp", "pipelineVersion", "region", "type", "features"})
_DEPTH = {"Point": 0, "LineString": 1, "Polygon": 2}
_LEAST_POINTS = {"LineString": 2, "Polygon": 4}


class FeatureKind(NamedTuple):
    """What a kind of feature says, and what it may say besides."""

    constants: Mapping[str, str]
    allowed: frozenset[str]
    forbidden_words: frozenset[str]


class Dataset(NamedTuple):
    """The rules of one of the six files."""

    geometry: str
    ids: tuple[str, ...]
    kinds: tuple[FeatureKind, ...]


class Schema(NamedTuple):
    """The rules of all files, see ``data/exchange/opensidewalks.toml``."""

    version: str
    versions: tuple[str, ...]
    values: Mapping[str, Mapping[str, Any]]
    datasets: Mapping[str, Dataset]


@cache
def schema() -> Schema:
    """The schema that sets are read and written by.

    Examples
    --------
    >>> list(schema().datasets)
    ['nodes', 'edges', 'points', 'lines', 'polygons', 'zones']
    """
    told = tomllib.loads(shipped("exchange", "opensidewalks.toml").read_text(encoding="utf-8"))
    datasets = {}
    for name, rules in told["datasets"].items():
        always = {*rules["ids"], *rules.get("always", ())}
        kinds = tuple(
            FeatureKind(
                kind["is"],
                frozenset(
                    {*always, *kind["is"], *kind.get("may", ())}
                    | (set() if kind.get("bare") else set(rules.get("street", ())))
                ),
                frozenset(kind.get("not", ())),
            )
            for kind in rules["kinds"]
        )
        datasets[name] = Dataset(rules["geometry"], tuple(rules["ids"]), kinds)
    return Schema(told["version"], tuple(told["versions"]), told["values"], datasets)


def schema_properties() -> frozenset[str]:
    """Every property the schema knows, ids included."""
    return frozenset().union(*(kind.allowed for each in schema().datasets.values() for kind in each.kinds))


@dataclass(frozen=True)
class Sidewalks:
    """A set as it was read.

    Attributes
    ----------
    features
        GeoJSON features by the name of their dataset.
    heads
        What else each file says (``dataSource``, ``dataTimestamp`` …), without ``type`` and ``features``.
    """

    features: dict[str, list[dict[str, Any]]]
    heads: dict[str, dict[str, Any]] = field(default_factory=dict)


def is_set(path: Path) -> bool:
    """Whether a file is a zip archive with at least one file of OpenSidewalks in it.

    Parameters
    ----------
    path
        A file.

    Returns
    -------
    bool
        False for anything else.
    """
    if not zipfile.is_zipfile(path):
        return False
    try:
        return any(_dataset(member.filename) for member in members_of(path))
    except InputDataError:
        return False


def read_sidewalks(path: Path) -> Sidewalks:
    """Read a set and check it as its own validator does.

    Parameters
    ----------
    path
        A zip archive with ``*.nodes.geojson``, ``*.edges.geojson`` and perhaps more of the six files.

    Returns
    -------
    Sidewalks
        Nodes, edges and the like, ready to be translated.

    Raises
    ------
    InputDataError
        The archive is damaged, or something in it breaks the schema; the first fault is named.
    """
    check_archive(path)
    found: dict[str, str] = {}
    with zipfile.ZipFile(path) as archive:
        for member in members_of(path):
            name = member.filename
            dataset = _dataset(name)
            if dataset is None:
                if name.lower().endswith(".geojson") and not _resource_fork(name):
                    raise InputDataError(
                        f"{path}: {name} is none of the six files of OpenSidewalks "
                        f"({', '.join(schema().datasets)})"
                    )
                continue
            if dataset in found:
                raise InputDataError(f"{path}: holds two files of {dataset}: {found[dataset]} and {name}")
            found[dataset] = name
        documents = {
            dataset: _document(f"{path}:{name}", archive.read(name)) for dataset, name in found.items()
        }
    features, heads = {}, {}
    for dataset in (each for each in schema().datasets if each in documents):
        where = f"{path}:{found[dataset]}"
        features[dataset] = _checked(where, dataset, documents[dataset])
        heads[dataset] = {k: v for k, v in documents[dataset].items() if k not in ("type", "features")}
    _check_references(path, found, features)
    return Sidewalks(features, heads)


def _resource_fork(name: str) -> bool:
    """What macOS packs beside each file."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._")


def _dataset(name: str) -> str | None:
    base = name.rpartition("/")[2].lower()
    if _resource_fork(name) or not base.endswith(".geojson"):
        return None
    stem = base.removesuffix(".geojson").removesuffix(".osw")
    last = stem.rpartition(".")[2]
    return last if last in schema().datasets else None


def _document(where: str, raw: bytes) -> dict[str, Any]:
    def no_number(word: str) -> NoReturn:
        raise InputDataError(f"{where}: holds {word}, which is no number in JSON")

    try:
        document = json.loads(raw.decode("utf-8-sig"), parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise InputDataError(f"{where}: is no JSON ({' '.join(str(error).split())})") from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise InputDataError(f"{where}: is no feature collection of GeoJSON")
    unknown = sorted(set(document) - _HEAD)
    if unknown:
        raise InputDataError(f"{where}: has the member {unknown[0]!r}, which the schema does not know")
    if document.get("$schema") not in schema().versions:
        raise InputDataError(
            f"{where}: states no $schema of OpenSidewalks 0.2 or 0.3 ({document.get('$schema')!r})"
        )
    if not isinstance(document.get("features"), list) or not document["features"]:
        raise InputDataError(f"{where}: has no features")
    features: list[Any] = document["features"]
    if not all(isinstance(each, dict) for each in features):
        raise InputDataError(f"{where}: has features that are no objects")
    return document


def _checked(where: str, dataset: str, document: dict[str, Any]) -> list[dict[str, Any]]:
    rules = schema().datasets[dataset]
    features: list[dict[str, Any]] = document["features"]
    seen: set[str] = set()
    for row, feature in enumerate(features, start=1):
        fault = _fault_of(feature, rules, dataset)
        if fault is None:
            name = feature["properties"]["_id"]
            fault = f"_id {name!r} was given before" if name in seen else None
            seen.add(name)
        if fault is not None:
            raise InputDataError(f"{where}: feature {row}: {fault}")
    return features


def _fault_of(feature: dict[str, Any], rules: Dataset, dataset: str) -> str | None:
    """What is wrong with a feature, in plain words."""
    if feature.get("type") != "Feature":
        return f"type {feature.get('type')!r}, Feature was expected"
    extra = sorted(set(feature) - {"type", "geometry", "properties"})
    if extra:
        return f"member {extra[0]!r} is not in the schema"
    geometry, properties = feature.get("geometry"), feature.get("properties")
    if not isinstance(geometry, dict) or geometry.get("type") != rules.geometry:
        kind = geometry.get("type") if isinstance(geometry, dict) else geometry
        return f"geometry {kind!r}, {rules.geometry} was expected"
    if not _is_placed(geometry.get("coordinates"), rules.geometry):
        return f"the coordinates are no {rules.geometry} in degrees"
    if not isinstance(properties, dict):
        return "it has no properties"
    for name in rules.ids:
        value = properties.get(name)
        texts = [value] if name != "_w_id" else value if isinstance(value, list) else [None]
        if not all(isinstance(text, str) and text for text in texts):
            return f"{name} is missing or no text"
    return _fault_in(properties, rules.kinds, dataset)


def _fault_in(properties: dict[str, Any], kinds: tuple[FeatureKind, ...], dataset: str) -> str | None:
    empty = next((name for name, value in properties.items() if _hollow(value)), None)
    if empty is not None:
        return f"{empty} is empty; leave out what is unknown"
    said = {name for name in properties if not name.startswith(EXTENSION)}
    fitting = [kind for kind in kinds if all(_says(properties, *pair) for pair in kind.constants.items())]
    best = max(fitting, key=lambda kind: (len(said & kind.allowed), len(kind.constants)))
    known = frozenset().union(*(kind.allowed for kind in kinds))
    for name in sorted(said - best.allowed):
        if name in known:
            return f"{name}={properties[name]!r} does not fit what else it says"
        return f"property {name!r} is not in the schema of {dataset}; {EXTENSION + name} would be"
    for name in sorted(name for name in said if not name.startswith("_")):
        fault = value_fault(name, properties[name])
        if fault is None and properties[name] in best.forbidden_words and name in best.allowed:
            fault = f"{name}={properties[name]!r} is not allowed here"
        if fault is not None:
            return fault
    return None


def _says(properties: Mapping[str, Any], name: str, value: str) -> bool:
    return name in properties if value == "*" else properties.get(name) == value


def _hollow(value: Any) -> bool:
    """Whether a value is null or no number anywhere."""
    if isinstance(value, dict):
        return any(map(_hollow, value.values()))
    if isinstance(value, list):
        return any(map(_hollow, value))
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def value_fault(name: str, value: Any) -> str | None:
    """What is wrong with a property's value; None where it is right, or the schema has no rule for it.

    Parameters
    ----------
    name
        Name of the property.
    value
        Its value.

    Returns
    -------
    str or None
        In words.

    Examples
    --------
    >>> value_fault("incline", 0.05) is None, value_fault("incline", "up")
    (True, "incline='up' is no number from -1 to 1")
    """
    rule = schema().values.get(name)
    if rule is None:
        return None
    if "least" in rule:
        most = rule.get("most", math.inf)
        right = isinstance(value, int | float) and not isinstance(value, bool)
        if right and rule.get("whole") and not float(value).is_integer():
            right = False
        if right and rule["least"] <= value <= most:
            return None
        kind = "whole number" if rule.get("whole") else "number"
        return f"{name}={value!r} is no {kind} from {rule['least']} to {most if most < math.inf else 'any'}"
    if not isinstance(value, str):
        return f"{name}={value!r} is no text"
    words = rule.get("words")
    if words is None or value in words:
        return None
    listed = ", ".join([*words[:12], "…"] if len(words) > 12 else words)
    return f"{name}={value!r} is none of {listed}"


def _is_placed(coordinates: Any, geometry: str, depth: int | None = None) -> bool:
    """Whether coordinates have the form of a geometry and lie on the globe."""
    left = _DEPTH[geometry] if depth is None else depth
    if not isinstance(coordinates, list):
        return False
    if left == 0:
        return (
            len(coordinates) in (2, 3)
            and all(isinstance(x, int | float) and not isinstance(x, bool) for x in coordinates)
            and abs(coordinates[0]) <= 180
            and abs(coordinates[1]) <= 90
        )
    if left == 1 and len(coordinates) < _LEAST_POINTS[geometry]:
        return False
    return bool(coordinates) and all(_is_placed(each, geometry, left - 1) for each in coordinates)


def _check_references(path: Path, names: dict[str, str], features: dict[str, list[dict[str, Any]]]) -> None:
    """Every end of an edge is a node, at exactly its place; every corner of a zone too."""
    if "edges" not in features or "nodes" not in features:
        missing = "edges" if "edges" not in features else "nodes"
        raise InputDataError(f"{path}: holds no {missing}; a network needs nodes and edges")
    places = {
        node["properties"]["_id"]: tuple(node["geometry"]["coordinates"][:2]) for node in features["nodes"]
    }
    for edge in features["edges"]:
        about, line = edge["properties"], edge["geometry"]["coordinates"]
        for name, end in (("_u_id", line[0]), ("_v_id", line[-1])):
            where = f"{path}:{names['edges']}: edge {about['_id']!r}: {name} {about[name]!r}"
            if about[name] not in places:
                raise InputDataError(f"{where} is no node of the set")
            if places[about[name]] != tuple(end[:2]):
                lon, lat = places[about[name]]
                raise InputDataError(
                    f"{where} lies at {lon}, {lat}, but the edge ends at {end[0]}, {end[1]}; "
                    "both must be exactly the same"
                )
    for zone in features.get("zones", ()):
        ring = {tuple(point[:2]) for point in zone["geometry"]["coordinates"][0]}
        for name in zone["properties"]["_w_id"]:
            if name not in places or places[name] not in ring:
                raise InputDataError(
                    f"{path}:{names['zones']}: zone {zone['properties']['_id']!r}: _w_id {name!r} "
                    "is no corner of it"
                )
