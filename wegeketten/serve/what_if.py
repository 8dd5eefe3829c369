"""What if: barriers edited, and whose reach that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.model.answers import ANSWERS
from wegeketten.model.edges import ATTRIBUTE, Kind
from wegeketten.people.change import Change
from wegeketten.planning.attribution import NOTICED_S, change_figures
from wegeketten.reach.barriers import midpoints
from wegeketten.reach.shares import units_within
from wegeketten.routing import INF, UNIT_S
from wegeketten.serve.fields import Fields, shown
from wegeketten.serve.refusals import FORM, WHAT_IF
from wegeketten.serve.service_times import service_times
from wegeketten.whatif.edits import Edit, Edited, apply_edits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.serve.desk import Desk

    Times = dict[Answer, NDArray[np.int64]]

MOST_EDITS = 100
MOST_HOMES = 20_000
"""Lines about homes in one answer."""

_KINDS = ("gained", "lost", "faster", "slower", "surer", "less_sure")


class _Changed(NamedTuple):
    """Homes whose reach of one service changes."""

    service: str
    rows: NDArray[np.int64]
    kind: NDArray[np.int64]
    before: Times
    after: Times


def what_if(desk: Desk, name: str, fields: Fields, form: str) -> dict[str, Any]:
    """Answer what edits of barriers would change.

    Parameters
    ----------
    desk
        What the service keeps at hand.
    name
        The profile as the client names it.
    fields
        The request: ``edits``, and perhaps ``services`` and ``most`` homes to list.
    form
        ``json``, or ``geojson`` with a point for each changed home and service.

    Returns
    -------
    dict
        A JSON document.

    Raises
    ------
    RefusedError
        The request is wrong.
    UsageError
        A barrier or service does not exist.
    """
    profile = desk.profile(name, WHAT_IF)
    city = desk.city
    edits = [_edit(fields, number, row) for number, row in enumerate(fields.rows("edits", MOST_EDITS))]
    services = city.catalogue.pick(dict.fromkeys(fields.words("services", len(city.catalogue.ids))))
    most = int(fields.number("most", 0, MOST_HOMES, 1000))
    edited = apply_edits(city, profile, edits)
    columns = [city.catalogue.ids.index(each) for each in services]
    now = {answer: units[:, columns] for answer, units in desk.today(profile).items()}
    then = _times_after(city, profile, edited, services, now)
    weight = city.homes["weight"].astype(np.float64)
    rows, changed = [], []
    for column, service in enumerate(services):
        limit = units_within(city.catalogue.standard_s(service, profile))
        before, after = (
            {answer: units[answer][:, column].astype(np.int64) for answer in ANSWERS} for units in (now, then)
        )
        rows.append({"service": service, **change_figures(weight, limit, before, after)})
        changed.append(_compared(service, limit, before, after))
    homes = _home_lines(city, changed, most, weight)
    touched = np.unique(np.concatenate([each.rows for each in changed]))
    told = {
        "profile": profile.id,
        "edits": _edit_lines(city, profile, edits, edited),
        "services": rows,
        "homes_changed": len(touched),
        "weight_changed": round(float(weight[touched].sum()), 3),
        "unit": city.weight_unit,
        "left_off": sum(len(each.rows) for each in changed) - len(homes),
    }
    if form == "json":
        return {**told, "homes": homes}
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {key: value for key, value in home.items() if key not in ("lon", "lat")},
                "geometry": {"type": "Point", "coordinates": [home["lon"], home["lat"]]},
            }
            for home in homes
        ],
        "wegeketten": told,
    }


def _edit(fields: Fields, number: int, row: Any) -> Edit:
    where = f"edits[{number}]"
    if not isinstance(row, dict) or not isinstance(row.get("barrier"), str):
        raise fields.refuse(f"{where}: an object with the id of a barrier was expected", FORM)
    barrier = row["barrier"]
    rest = {key: value for key, value in row.items() if key != "barrier"}
    if "closed" in rest:
        closed = Fields(rest, WHAT_IF).flag("closed", default=False)
        if len(rest) > 1 or not closed:
            raise fields.refuse(f"{where}: closed is true and stands alone")
        return Edit(barrier, closed=True)
    if "measure" in rest:
        if len(rest) > 1:
            raise fields.refuse(f"{where}: a measure stands alone")
        return Edit(barrier, _measure(fields, where, rest["measure"]))
    readings = {}
    for key, value in rest.items():
        attribute = ATTRIBUTE.get(key)
        if attribute is None:
            raise fields.refuse(
                f"{where}: {shown(key)} is not known, choose {', '.join(ATTRIBUTE)}, measure, closed"
            )
        readings[key] = fields.bounded(f"{where}.{key}", value, *attribute.widest)
    return Edit(barrier, Change(readings=readings) if readings else None)


def _measure(fields: Fields, where: str, name: Any) -> Change:
    from wegeketten.whatif.measures import load_measures

    known = load_measures().measures
    if not isinstance(name, str) or name not in known:
        raise fields.refuse(f"{where}: measure {shown(name)} is not known, choose {', '.join(known)}")
    return known[name].change


def _times_after(
    city: City,
    profile: Profile,
    edited: Edited,
    services: Sequence[str],
    now: dict[Answer, NDArray[np.int32]],
) -> dict[Answer, NDArray[np.int32]]:
    """Units of every home to each service after the edits, by answer."""
    found = dict(now)
    for answer in ANSWERS:
        today = getattr(city.weights(profile), answer)
        if (today[edited.arcs] != edited.units[answer]).any():
            weights = today.copy()
            weights[edited.arcs] = edited.units[answer]
            metric = city.metric(profile, answer).copy()
            metric.update(edited.arcs.astype(np.int32), edited.units[answer])
            found[answer] = service_times(city, profile, answer, services, weights=weights, metric=metric)
    return found


def _compared(service: str, limit: int, before: Times, after: Times) -> _Changed:
    old, new = before["likely"], after["likely"]
    differs = np.zeros(len(old), dtype=bool)
    for answer in ANSWERS:
        differs |= before[answer] != after[answer]
    rows = np.flatnonzero(differs)
    noticed = round(NOTICED_S / UNIT_S)
    was, now = old[rows], new[rows]
    surer = sum((after[answer][rows] < before[answer][rows]).astype(int) for answer in ANSWERS)
    kind = np.select(
        [
            (was > limit) & (now <= limit),
            (was <= limit) & (now > limit),
            now + noticed <= was,
            was + noticed <= now,
            surer > 0,
        ],
        [0, 1, 2, 3, 4],
        default=5,
    )
    return _Changed(service, rows, kind, before, after)


def _home_lines(
    city: City, changed: Sequence[_Changed], most: int, weight: NDArray[np.float64]
) -> list[dict[str, Any]]:
    """The homes concerned, gains and losses first, then by people."""
    which = np.concatenate([np.full(len(each.rows), number) for number, each in enumerate(changed)])
    rows = np.concatenate([each.rows for each in changed])
    kinds = np.concatenate([each.kind for each in changed])
    order = np.lexsort((which, rows, -weight[rows], kinds))[:most]
    homes, districts = city.homes, city.districts["name"]
    lines = []
    for place in order.tolist():
        each, row = changed[which[place]], int(rows[place])
        district = int(homes["district"][row])
        lines.append(
            {
                "home_id": str(homes["home_id"][row]),
                "lon": round(float(homes["lon"][row]), 7),
                "lat": round(float(homes["lat"][row]), 7),
                "district": str(districts[district]) if district >= 0 else None,
                "weight": round(float(weight[row]), 3),
                "service": each.service,
                "change": _KINDS[int(kinds[place])],
                **_seconds("before", each.before, row),
                **_seconds("after", each.after, row),
            }
        )
    return lines


def _seconds(when: str, times: Times, row: int) -> dict[str, float | None]:
    return {
        f"{answer}_{when}_s": None
        if times[answer][row] >= INF
        else round(int(times[answer][row]) * UNIT_S, 1)
        for answer in ANSWERS
    }


def _edit_lines(city: City, profile: Profile, edits: Sequence[Edit], edited: Edited) -> list[dict[str, Any]]:
    """What each edit means for the profile: in which answers the barrier is passed, before and after."""
    spots = midpoints(city, edited.rows).tolist()
    lines = []
    for number, (edit, row) in enumerate(zip(edits, edited.rows.tolist(), strict=True)):
        at = slice(2 * number, 2 * number + 2)
        today = city.weights(profile)
        before = [each for each in ANSWERS if (getattr(today, each)[edited.arcs[at]] < INF).any()]
        after = [each for each in ANSWERS if (edited.units[each][at] < INF).any()]
        lines.append(
            {
                "barrier": edit.barrier,
                "kind": Kind(int(city.edges["kind"][row])).name,
                "lon": round(spots[number][0], 7),
                "lat": round(spots[number][1], 7),
                "passed_before": before,
                "passed_after": after,
                "cost_eur": edited.prices.get(row),
            }
        )
    return lines
