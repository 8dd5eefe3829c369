"""Why a home does not reach a service: the cheapest barriers to remove, with a certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wegeketten.files.geojson import line_string
from wegeketten.files.json import write_json
from wegeketten.files.targets import check_ending
from wegeketten.joins.endpoints import allowed_places
from wegeketten.model.edges import Kind
from wegeketten.model.tabular import Tabular
from wegeketten.reach.barriers import blocking
from wegeketten.reach.expected import chance_from
from wegeketten.reach.route import join_spot
from wegeketten.reach.shares import units_within
from wegeketten.reach.spoken import barrier as barrier_words
from wegeketten.routing import INF, UNIT_S
from wegeketten.whatif.doors import goals_of, open_doors, trace
from wegeketten.whatif.unblock import Opener
from wegeketten.words.catalogue import Both, text
from wegeketten.words.numbers import minutes_long

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.reach.barriers import Barrier
    from wegeketten.reach.itinerary import Itinerary
    from wegeketten.reach.route import Spot
    from wegeketten.whatif.doors import Doors, Remedies


@dataclass(frozen=True)
class Why(Tabular):
    """What stands between a home and a service.

    Attributes
    ----------
    profile, service, answer
        For whom, what, and which edges count as open.
    reached
        Whether the service is within the standard today.
    seconds
        Time today, None where there is no way.
    standard_s
        The standard for this profile and service.
    blocking
        The cheapest set of barriers whose removal opens a way (within the standard where any set does); no
        proper subset does. Empty where the service is reached, or where no measure helps.
    openable
        Whether any set of measures opens a way.
    within
        Whether the way they open is within the standard.
    seconds_after
        Time once they are removed.
    price_eur
        What their measures cost, the middle of the range.
    certified
        Searched again: the whole set opens the way, and leaving out any one barrier does not.
    place
        Name of the place reached then.
    course
        The way once they are removed.
    places, usable
        How many places of the service there are, and how many of them this profile may enter by their own
        ``wheelchair`` tag.
    names
        The service in German and English; its id in either where None.
    chance
        That the service is within the standard today, 0–1; None where no worlds were drawn.
    """

    profile: str
    service: str
    answer: str
    reached: bool
    seconds: float | None
    standard_s: float
    blocking: tuple[Barrier, ...] = ()
    openable: bool = True
    within: bool = True
    seconds_after: float | None = None
    price_eur: int = 0
    certified: bool = False
    place: str = ""
    course: Itinerary | None = None
    places: int = 1
    usable: int = 1
    names: Both | None = None
    chance: float | None = None

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``blocking`` (the barriers to remove) and ``why`` (one row)."""
        plain = self.to_json()
        names = (
            "profile",
            "service",
            "answer",
            "reached",
            "seconds",
            "standard_s",
            "seconds_after",
            "price_eur",
        )
        return {
            "blocking": plain["blocking"],
            "why": [{name: plain[name] for name in names} | {"geometry": plain["geometry"]}],
        }

    def to_json(self) -> dict[str, Any]:
        """The contract's keys first."""
        return {
            "reached": self.reached,
            "blocking": [barrier.to_json() for barrier in self.blocking],
            "seconds_after": self.seconds_after,
            "profile": self.profile,
            "service": self.service,
            "answer": self.answer,
            "seconds": self.seconds,
            "standard_s": round(self.standard_s, 1),
            "openable": self.openable,
            "within_standard_after": self.within,
            "price_eur": self.price_eur,
            "certified": self.certified,
            "place": self.place,
            "places": self.places,
            "places_usable": self.usable,
            "chance": self.chance,
            "geometry": None if self.course is None else line_string(self.course.line),
            "sentence": {"de": self.sentence("de"), "en": self.sentence("en")},
        }

    def sentence(self, lang: str = "de") -> str:
        """A sentence that a citizen can contest: every barrier with its reading and where that comes from.

        Parameters
        ----------
        lang
            ``de`` or ``en``.

        Returns
        -------
        str
            One or several sentences.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> find_why(hamlet(), load_profile("walker"), (51.0498, 13.74), "pharmacy").sentence("en")
        'Pharmacy: reached within 4 minutes.'
        >>> find_why(hamlet(), load_profile("wheelchair"), (51.0498, 13.74), "pharmacy").sentence("en")[:90]
        'Pharmacy: there is no way today. In the way: kerb, 2 – 8 cm, the limit is at most 3 cm (ma'
        """
        name = self.service if self.names is None else self.names.in_(lang)
        if self.reached and self.seconds is not None:
            return text("why.reached", lang, name=name, time=minutes_long(self.seconds, lang))
        if not self.usable:
            return text("why.unusable", lang, name=name, count=self.places)
        today = _today(self.seconds, lang)
        if not self.openable:
            return text("why.closed", lang, name=name, today=today)
        if not self.blocking or self.seconds_after is None:
            return text("why.no_shorter", lang, name=name, today=today)
        listed = "; ".join(f"{words} [{', '.join(ids)}]" for words, ids in _listed(self.blocking, lang))
        after = minutes_long(self.seconds_after, lang)
        return text("why.blocked", lang, name=name, today=today, listed=listed, after=after)

    def write(self, path: Path) -> None:
        """Write the answer as JSON.

        Parameters
        ----------
        path
            File that ends in ``.json``; appears whole or not at all.

        Raises
        ------
        UsageError
            The file's name says that it is something else.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> import json
        >>> why = find_why(hamlet(), load_profile("walker"), (51.05, 13.741), "pharmacy")
        >>> with TemporaryDirectory() as folder:
        ...     why.write(Path(folder) / "why.json")
        ...     json.loads((Path(folder) / "why.json").read_text(encoding="utf-8"))["reached"]
        True
        """
        check_ending(path, (".json",))
        write_json(path, self.to_json())


def _listed(barriers: Sequence[Barrier], lang: str) -> list[tuple[str, list[str]]]:
    """Words and ids; pieces of one flight share their words, for each states the steps of the whole."""
    listed: dict[tuple[str, str], list[str]] = {}
    for seen in barriers:
        place = seen.osm if seen.kind == Kind.steps.name else seen.id
        listed.setdefault((place, barrier_words(seen).in_(lang)), []).append(seen.id)
    return [(text, ids) for (_, text), ids in listed.items()]


def _today(seconds: float | None, lang: str) -> str:
    if seconds is None:
        return text("why.today_none", lang)
    return text("why.today_far", lang, time=minutes_long(seconds, lang))


def find_why(
    city: City,
    profile: Profile,
    start: Spot,
    service: str,
    *,
    remedies: Remedies | None = None,
    answer: Answer = "likely",
    standard_s: float | None = None,
    worlds: int = 0,
    seed: int = 0,
) -> Why:
    """Find the cheapest barriers between a point and a service.

    Parameters
    ----------
    city
        A built city.
    profile
        For whom.
    start
        Latitude and longitude, degrees.
    service
        Id.
    remedies
        What measures would change and cost; those of the shipped catalogue of measures where None.
    answer
        Which edges count as open today.
    standard_s
        Time within which the service should be reached; the catalogue's where None.
    worlds, seed
        How many worlds are drawn for the chance of reaching it today, 0 for none; and which.

    Returns
    -------
    Why
        None where the service is reached already, or the point has no way near it.

    Raises
    ------
    UsageError
        No way is near the point, or the service does not exist.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> why = find_why(hamlet(), load_profile("wheelchair"), (51.0498, 13.74), "pharmacy")
    >>> why.reached, [barrier.id for barrier in why.blocking], why.openable
    (False, ['n68'], True)
    """
    if remedies is None:
        from wegeketten.whatif.candidates import find_candidates

        remedies = find_candidates(city, [profile]).remedies(profile)
    if standard_s is None:
        standard_s = city.catalogue.service(service).standard_s(profile.level_m_s)
    homes = join_spot(city, profile, start)
    doors = open_doors(city, profile, answer, remedies=remedies, homes=homes, home_count=1)
    goals = goals_of(city, profile, answer, service, doors)
    found = explain(city, profile, doors, Opener(doors.field, goals), 0, service, standard_s, answer=answer)
    if not worlds:
        return found
    return replace(found, chance=chance_from(city, profile, homes, service, worlds=worlds, seed=seed))


def explain(
    city: City,
    profile: Profile,
    doors: Doors,
    opener: Opener,
    home: int,
    service: str,
    standard_s: float,
    *,
    answer: Answer = "likely",
) -> Why:
    """Answer for one home of a field; `opener` is shared by all homes that want the same service.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    doors
        Streets, homes and places in one graph.
    opener
        Search for sets of edges.
    home
        Number of the home in the field.
    service
        Id of the service.
    standard_s
        Time within which the service should be reached, seconds.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

    Returns
    -------
    Why
        Barriers that keep the home from the service, if any.
    """
    start = doors.field.streets + home
    limit = units_within(standard_s)
    today = int(opener.today[start])
    seconds = None if today >= INF else round(today * UNIT_S, 1)
    names = city.catalogue.service(service).name
    told: dict[str, Any] = {
        "profile": profile.id, "service": service, "answer": answer, "standard_s": standard_s,
        "places": int((city.places["service"] == service).sum()),
        "usable": len(allowed_places(city, profile, answer, service)), "names": Both(names.de, names.en),
    }  # fmt: skip
    if today <= limit:
        return Why(**told, reached=True, seconds=seconds, seconds_after=seconds)
    opening = opener.open_from(start, limit=limit)
    within = opening is not None
    if opening is None and today >= INF:
        limit = INF - 1  # too far in any case: a way at all is what can be hoped for
        opening = opener.open_from(start, limit=limit)
    if opening is None:
        return Why(
            **told, reached=False, seconds=seconds, openable=today < INF, within=False, seconds_after=seconds
        )
    weights = doors.field.with_mended(opening.edges)
    way = trace(doors, start, opener.goals, weights)
    arcs = [] if way is None else way[1]
    on_street = doors.on_street(arcs)
    first: dict[int, int] = {}
    for arc in on_street.tolist():
        first.setdefault(arc // 2, arc)
    barriers = blocking(city, profile, [first.get(edge, 2 * edge) for edge in opening.edges], answer)
    from wegeketten.reach.itinerary import follow

    place = doors.place_of(int(doors.field.heads[arcs[-1]])) if arcs else -1
    return Why(
        **told,
        reached=False,
        seconds=seconds,
        blocking=tuple(barriers),
        within=within,
        seconds_after=round((INF if way is None else way[0]) * UNIT_S, 1),
        price_eur=opening.price,
        certified=opener.certify(start, opening.edges, limit=limit),
        place=str(city.places["name"][place]) if place >= 0 else "",
        course=follow(city, doors.path(arcs)),
    )
