"""Words, numbers and names of one report in its language."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from wegeketten.reach.coverage import FEWEST_HOMES
from wegeketten.reach.misses import find_misses
from wegeketten.reports.varint import clean
from wegeketten.words.catalogue import load_words, text
from wegeketten.words.numbers import about, date, limit_minutes, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.city import City
    from wegeketten.planning.proposals import Look, Proposal
    from wegeketten.reach.misses import Misses
    from wegeketten.reach.scan import Scan
    from wegeketten.reports.area_figures import Area
    from wegeketten.reports.area_figures import AreaShare as Shares
    from wegeketten.reports.stop_results import StopResults
    from wegeketten.siting.read import ReadNeeds, ReadSites


def stand_of(city: City, lang: str) -> str:
    """Date of the map, and what is counted, of which year.

    Parameters
    ----------
    city
        A built city.
    lang
        ``de`` or ``en``.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> stand_of(hamlet(), "en")
    'Map of an unknown day.'
    """
    year, file, unit = city.census_year, city.meta.get("weights", {}).get("file", ""), city.weight_unit
    form = "stand" if unit == "homes" else "stand_census" if year else "stand_counted"
    counted = load_words(lang)["counted"][unit]
    stamp = city.meta["osm_timestamp"]
    day = date(stamp, lang) if stamp else text("report.undated_day", lang)
    return text(f"report.{form}", lang, date=day, counted=counted, year=year, file=clean(file))


class Phrases:
    """Finds the words for the figures of one scan.

    Parameters
    ----------
    scan
        The scan.
    lang
        ``de`` or ``en``.
    place
        Name of the city.
    proposals, looks
        What a plan proposes and what a survey would look at; None where there is none.
    sites, needs
        Places that are missing and what districts need; None where not computed.
    stops
        Which stops can be used; None where nobody looked.
    """

    def __init__(
        self,
        scan: Scan,
        lang: str,
        place: str,
        *,
        proposals: Sequence[Proposal] | None = None,
        looks: Sequence[Look] | None = None,
        sites: ReadSites | None = None,
        needs: ReadNeeds | None = None,
        stops: StopResults | None = None,
    ) -> None:
        self.scan = scan
        self.lang = lang
        self.place = clean(place)
        self.proposals, self.looks = proposals, looks
        self.sites, self.needs, self.stops = sites, needs, stops
        self.all_words = load_words(lang)
        self.words: dict[str, Any] = self.all_words["report"]
        meta = scan.city.meta
        self.unit = scan.city.weight_unit
        self.counted: str = self.all_words["counted"][self.unit]
        self.weighted = self.unit != "homes"
        self.drawn = scan.chances is not None
        self.date = date(meta["osm_timestamp"], lang)
        offered = set(scan.city.places["service"].tolist())
        self.offered = [service for service in scan.services if service in offered]
        ids = [profile.id for profile in scan.profiles]
        self.focus = next((name for name in ("wheelchair", "rollator", "powerchair") if name in ids), ids[-1])
        self.base = "walker" if "walker" in ids and self.focus != "walker" else None

    @cached_property
    def misses(self) -> Misses:
        """Why homes miss services."""
        return self.scan.once("misses", lambda: find_misses(self.scan))

    def stand(self) -> str:
        """Date of the map, and what is counted, of which year."""
        return stand_of(self.scan.city, self.lang)

    def gained(self, count: float) -> str:
        """A gain in homes, dwellings or people, no more precise than it is known.

        Parameters
        ----------
        count
            What is gained.

        Returns
        -------
        str
            With its unit.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.reach.scan import scan
        >>> result = scan(hamlet(), profiles=["walker", "wheelchair"], services=["pharmacy"])
        >>> phrases = Phrases(result, "en", "Hamlet")
        >>> phrases.gained(12.0)
        'about 12 home addresses'
        """
        return gained(count, self.unit, self.lang)

    def gain_of(self, one: Proposal) -> tuple[str, str]:
        """What a proposal brings, and in small print between which numbers and in which answers.

        Parameters
        ----------
        one
            A proposal of the plan.

        Returns
        -------
        tuple of str
            Two lines.
        """
        slots = {
            "sure": self.bare_gain(one.people_sure),
            "likely": self.bare_gain(one.people),
            "possible": self.bare_gain(max(one.people_possible, one.people)),
        }
        small = self.words["gain_span"].format(**slots)
        if one.people_expected is not None:
            low, high = (self.bare_gain(end or 0.0) for end in (one.people_low, one.people_high))
            rare = one.people_expected > (one.people_high or 0.0)  # few worlds make the mean
            form = self.words["gain_rare" if rare else "gain_expected"]
            small = form.format(low=low, high=high, helps=self.of_100(one.helps), **slots)
        if one.gain < FEWEST_HOMES and one.minutes_saved:
            small = f"{self.words['gain_shorter']}; {small}"
        return self.gained(one.gain), small

    def profile(self, name: str) -> str:
        """Name of a profile.

        Parameters
        ----------
        name
            Id of the profile.

        Returns
        -------
        str
            In the language of the report.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.reach.scan import scan
        >>> result = scan(hamlet(), profiles=["walker", "wheelchair"], services=["pharmacy"])
        >>> phrases = Phrases(result, "en", "Hamlet")
        >>> phrases.profile("wheelchair")
        'manual wheelchair'
        """
        known = self.all_words["profiles"].get(name)
        if known:
            return str(known["name"])
        return clean(next(getattr(one.name, self.lang) for one in self.scan.profiles if one.id == name))

    def with_profile(self, name: str) -> str:
        """A profile as part of a sentence.

        Parameters
        ----------
        name
            Id of the profile.

        Returns
        -------
        str
            In the language of the report.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.reach.scan import scan
        >>> result = scan(hamlet(), profiles=["walker", "wheelchair"], services=["pharmacy"])
        >>> phrases = Phrases(result, "en", "Hamlet")
        >>> phrases.with_profile("wheelchair")
        'in a wheelchair'
        """
        known = self.all_words["profiles"].get(name)
        return (
            str(known["with"])
            if known
            else self.all_words["profile_fallback"]["with"].format(name=self.profile(name))
        )

    def service(self, name: str) -> str:
        """Name of a service.

        Parameters
        ----------
        name
            Id of the service.

        Returns
        -------
        str
            In the language of the report.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.reach.scan import scan
        >>> result = scan(hamlet(), profiles=["walker", "wheelchair"], services=["pharmacy"])
        >>> phrases = Phrases(result, "en", "Hamlet")
        >>> phrases.service("pharmacy")
        'pharmacy'
        """
        known = self.all_words["services"].get(name)
        return (
            str(known["name"])
            if known
            else clean(getattr(self.scan.catalogue.services[name].name, self.lang))
        )

    def bare_gain(self, count: float) -> str:
        """A gain as a number; small ones are not distinguished.

        Parameters
        ----------
        count
            What is gained.

        Returns
        -------
        str
            Without a unit.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.reach.scan import scan
        >>> result = scan(hamlet(), profiles=["walker", "wheelchair"], services=["pharmacy"])
        >>> phrases = Phrases(result, "en", "Hamlet")
        >>> phrases.bare_gain(0.4)
        '<10'
        """
        return bare_gain(count, self.lang)

    def headline(self, cell: Shares, service: str) -> str:
        """How many reach a service: to be expected where worlds were drawn, then the three answers.

        Parameters
        ----------
        cell
            Shares in three answers.
        service
            Id of the service.

        Returns
        -------
        str
            One sentence.
        """
        words = self.all_words
        known, own = words["services"].get(service, {}), {"name": self.service(service)}
        fallback = words["service_fallback"]
        lead = words["profiles"].get(self.focus, {}).get("lead") or words["profile_fallback"]["lead"].format(
            name=self.profile(self.focus)
        )
        low, high = (self.of_100(end) for end in cell.between)
        form = "headline" if not self.drawn else "headline_even" if low == high else "headline_expected"
        return text(
            f"{form}.{self.unit}",
            self.lang,
            lead=lead,
            expected=self.of_100(cell.lead),
            low=low,
            high=high,
            nom=known.get("nom") or fallback["nom"].format(**own),
            one=known.get("one") or fallback["one"].format(**own),
            minutes=text("general.minutes_dative", self.lang, count=limit_minutes(cell.standard_s)),
            likely=self.of_100(cell.likely),
            sure=self.of_100(cell.sure),
            possible=self.of_100(cell.possible),
        )

    def share(self, cell: Shares) -> tuple[str, str]:
        """A share for a table: what leads, and in small print the answers between which it lies.

        Parameters
        ----------
        cell
            Shares in three answers.

        Returns
        -------
        tuple of str
            Such as ``29 % (18–38)`` and ``0 – 43 – 50``; one figure where all are the same.
        """
        three = [percent(part, self.lang) for part in (cell.sure, cell.likely, cell.possible)]
        bare = [part.removesuffix(" %") for part in three]
        if not self.drawn:
            lead = three[1] if len(set(three)) == 1 else f"{three[1]} ({bare[0]}–{bare[2]})"
            return lead, ""
        lead = percent(cell.lead, self.lang)
        low, high = (percent(end, self.lang).removesuffix(" %") for end in cell.between)
        told = lead if low == high else f"{lead} ({low}–{high})"
        return told, "" if len(set(three)) == 1 else " – ".join(bare)

    def of_100(self, share: float) -> str:
        """A share as so many out of a hundred.

        Parameters
        ----------
        share
            From 0 to 1.

        Returns
        -------
        str
            Such as ``37 of 100``.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.reach.scan import scan
        >>> result = scan(hamlet(), profiles=["walker", "wheelchair"], services=["pharmacy"])
        >>> phrases = Phrases(result, "en", "Hamlet")
        >>> phrases.of_100(0.48)
        '48'
        """
        return number(round(share * 100), self.lang)

    def area(self, area: Area) -> str:
        """Name of an area; the whole city has its own name.

        Parameters
        ----------
        area
            A district, or the whole city, with its figures.

        Returns
        -------
        str
            In the language of the report.
        """
        return self.place if area.row < 0 else clean(area.name)


def gained(count: float, unit: str, lang: str) -> str:
    """A gain with its unit, no more precise than it is known; small ones are not distinguished.

    Parameters
    ----------
    count
        What is gained.
    unit
        What is counted: ``homes``, ``dwellings`` or ``people``.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        Part of a sentence.

    Examples
    --------
    >>> gained(1234, "dwellings", "de"), gained(3.2, "homes", "de")
    ('rund 1.200 Wohnungen', 'weniger als 10 Wohnadressen')
    """
    if count < FEWEST_HOMES:
        return text(f"gained.few_{unit}", lang)
    return text(f"gained.{unit}", lang, count=about(count, lang))


def bare_gain(count: float, lang: str) -> str:
    """A gain as a number without a unit; small ones are not distinguished.

    Parameters
    ----------
    count
        What is gained.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        No more precise than it is known.

    Examples
    --------
    >>> bare_gain(0, "de"), bare_gain(3.2, "de"), bare_gain(1234, "de")
    ('0', '<10', '1.200')
    """
    if not count:
        return "0"
    return f"<{FEWEST_HOMES}" if count < FEWEST_HOMES else about(count, lang)
