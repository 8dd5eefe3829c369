"""The master plan as one folder to hand over: pages, map, tables and a PDF that need no network."""

from __future__ import annotations

import gc
import hashlib
import json
import shutil
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.atomic import check_replaceable, whole_folder
from wegeketten.files.bounds import read_within
from wegeketten.files.csv import clean_text
from wegeketten.files.json import write_json, write_text
from wegeketten.files.scratch import held_if_free, private_folder
from wegeketten.reports.charts import curve_chart
from wegeketten.reports.district import Report, plain_page, read_findings
from wegeketten.reports.map_data import city_name
from wegeketten.reports.masterplan_tables import write_tables
from wegeketten.reports.phrases import Phrases
from wegeketten.reports.settings import Settings
from wegeketten.reports.sheet import About, Link, Section, Titled
from wegeketten.words.catalogue import load_words, text
from wegeketten.words.messages import translated
from wegeketten.words.numbers import about as about_number
from wegeketten.words.numbers import euro_range, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wegeketten.city import City
    from wegeketten.model.answers import Progress
    from wegeketten.people.profile import Profile
    from wegeketten.reach.scan import Scan
    from wegeketten.reports.area_figures import Area

MARKER = "masterplan.json"
FOR_WHOM = ("wheelchair", "rollator")
"""Groups the plan is for where nobody names others."""

NEEDS_OF = "rollator"
"""Whose way to centres and meeting places counts where the plan is for several groups."""

MOST_LOOKS = 100
WORLDS = 16
"""In how many worlds what to expect is counted, of shares and of what the plan brings: as many as ``plan``
draws. The standard error of a mean over 16 is a tenth of its interval's width."""


class Extras(NamedTuple):
    """Folders of further results that the plan shows, None where there are none."""

    sites: Path | None = None
    needs: Path | None = None
    stops: Path | None = None


def write_masterplan(
    city: City,
    out: str | Path,
    *,
    settings: Settings | None = None,
    lang: str = "de",
    pdf: bool = True,
    extras: Extras | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write the master plan of a city.

    A run that was stopped goes on where it was: plan and survey lie beside the folder, in a hidden one, until
    the whole is there.

    Parameters
    ----------
    city
        A built city.
    out
        Folder; an older master plan in it is replaced.
    settings
        Title, names, logo, contact, districts, profiles and budget; see `read_settings`.
    lang
        ``de`` or ``en``.
    pdf
        Whether ``masterplan.pdf`` is written; needs the extra ``pdf``.
    extras
        Results of ``site``, ``needs`` and ``stops``. Where the city has a timetable or counted people and no
        folder of ``stops`` or ``needs`` is given, they are computed.
    progress
        Called with words and the share done.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        A district or profile does not exist.
    MissingExtraError
        A PDF is asked for and weasyprint is not installed.
    InputDataError
        A folder of `extras` cannot be read, or the city has no place of any service.
    OutputError
        The folder is something else, or cannot be written.
    """
    from wegeketten.people.profile import load_profiles
    from wegeketten.planning.chain_task import outings
    from wegeketten.planning.stop_tasks import demand_of
    from wegeketten.reach.scan import find_districts
    from wegeketten.reach.scan import scan as scan_city
    from wegeketten.reports.map import write_map
    from wegeketten.transit.usable import SERVICE

    target, chosen, tick = Path(out), settings or Settings(), progress or (lambda _words, _share: None)
    check_replaceable(target, marker=MARKER)
    chains = [each.checked(city) for each in outings(chosen.chains, returning=chosen.returning)]
    rides = any(SERVICE in each.visit for each in chains)  # chains mean any mapped stop
    wanted = load_profiles(chosen.profiles or FOR_WHOM)
    rows = find_districts(city, list(chosen.districts)).tolist()
    with _own_parts(_parts(target, city, wanted, chosen)) as parts:
        _plan_and_survey(city, wanted, chosen, parts, tick)
        extras, unjudged = _stops_and_needs(city, wanted, parts, extras or Extras(), tick)
        tick("scan", 0.5)
        scan = scan_city(city, worlds=WORLDS)
        title = chosen.title or city_name(city)
        found = read_findings(
            city,
            plan=parts / "plan",
            survey=parts / "survey",
            sites=extras.sites,
            needs=extras.needs,
            stops=extras.stops,
        )
        report = Report(Phrases(scan, lang, title, **found))
        if not report.phrases.offered:
            raise InputDataError(f"{city.path}: no place of any service is mapped; there is nothing to judge")
        areas = [area for area in report.judged if area.row in rows]
        with whole_folder(target, marker=MARKER) as folder:
            tick("map", 0.6)
            write_map(
                city,
                folder / "map.html",
                lang=lang,
                title=title,
                plan=parts / "plan",
                survey=parts / "survey",
                sites=extras.sites,
                needs=extras.needs,
                stops=extras.stops,
                chains=chains,
                usable_stops=None if rides else demand_of(chosen.usable_stops, None),
            )
            tick("pages", 0.7)
            _write_pages(report, areas, chosen, parts, folder, unjudged)
            tick("tables", 0.8)
            write_tables(report, _made(folder / "tables"))
            for name in ("survey.html", "survey.gpx", "survey.csv"):
                shutil.copyfile(parts / "survey" / name, folder / "tables" / name)
            shutil.copytree(parts / "survey" / "walks", folder / "tables" / "walks")
            shutil.copyfile(parts / "plan" / "measures.csv", folder / "tables" / "measures.csv")
            _copy_tables(extras, folder / "tables")
            write_json(folder / MARKER, _summary(report, scan, chosen))
            if pdf:
                tick("pdf", 0.85)
                page = report.page(-1, districts=areas, about=about_of(report.phrases, chosen))
                del scan, found, report, areas  # laying out takes as much memory again
                city.forget()
                _write_pdf(page, folder)
    tick("done", 1.0)
    return target


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def _parts(target: Path, city: City, profiles: Sequence[Profile], settings: Settings) -> Path:
    """Folder of what a stopped run has computed; another city or other wishes have another one."""
    meta = {name: value for name, value in city.meta.items() if name != "path"}
    told = [
        meta,
        [profile.sha256 for profile in profiles],
        settings.budget_eur,
        settings.usable_stops,
        settings.expected,
        WORLDS,
    ]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
    return target.resolve().parent / f".{target.name}.parts" / digest[:16]


@contextmanager
def _own_parts(shared: Path) -> Iterator[Path]:
    """The folder itself, gone once all is written; a private one while another run works in it."""
    shared.parent.mkdir(parents=True, exist_ok=True)
    with held_if_free(shared.parent) as ours:
        if ours:
            shared.mkdir(parents=True, exist_ok=True)
            yield shared
            shutil.rmtree(shared.parent, ignore_errors=True)
    if not ours:
        with private_folder(Path(tempfile.gettempdir())) as own:
            yield own


def _plan_and_survey(
    city: City, profiles: Sequence[Profile], settings: Settings, parts: Path, tick: Progress
) -> None:
    from wegeketten.planning.plan import Wishes, make_plan
    from wegeketten.planning.stop_tasks import demand_of
    from wegeketten.planning.survey import find_survey

    parts.mkdir(parents=True, exist_ok=True)
    asked = demand_of(settings.usable_stops, None)
    if not (parts / "plan" / "plan.json").exists():
        tick("plan", 0.05)
        wishes = Wishes(usable_stops=asked, expected=settings.expected)
        made = make_plan(city, profiles, wishes=wishes, budget_eur=settings.budget_eur, worlds=WORLDS)
        made.write(parts / "plan")
    if not (parts / "survey" / "survey.json").exists():
        tick("survey", 0.35)
        find_survey(city, profiles, most=MOST_LOOKS, usable_stops=asked).write(parts / "survey")


def _stops_and_needs(
    city: City, profiles: Sequence[Profile], parts: Path, given: Extras, tick: Progress
) -> tuple[Extras, str]:
    """The folders that were given; where a city can tell more than they do, what it tells.

    Behind them why stops could not be judged, "" where they could: nobody asked for it, so it ends no plan.
    """
    from wegeketten.siting.needs import find_needs
    from wegeketten.transit.stop_table import stops_of_city
    from wegeketten.transit.store import has_feed

    stops, needs, unjudged = given.stops, given.needs, ""
    if stops is None and has_feed(city.path):
        stops = parts / "stops"
        if not (stops / "stops.json").exists():
            tick("stops", 0.45)
            try:
                stops_of_city(city, profiles).write(stops)
            except UsageError as error:  # the timetable holds on no usual day
                stops, unjudged = None, str(error)
    if needs is None and city.weight_unit == "people":
        needs = parts / "needs"
        if not (needs / "needs.json").exists():
            tick("needs", 0.48)
            of_needs = next((each for each in profiles if each.id == NEEDS_OF), profiles[0])
            find_needs(city, of_needs).write(needs)
    return Extras(given.sites, needs, stops), unjudged


_EXTRA_TABLES = (
    "stops/stops.csv",
    "stops/stops.gpkg",
    "stops/raise.csv",
    "needs/needs.csv",
    "needs/needs.gpkg",
)
"""Tables of further results that go along with the plan's own."""


def _copy_tables(extras: Extras, folder: Path) -> None:
    for told in _EXTRA_TABLES:
        kind, name = told.split("/")
        source = getattr(extras, kind)
        if source is not None and (source / name).is_file():
            shutil.copyfile(source / name, folder / name)


def _write_pages(
    report: Report, areas: Sequence[Area], settings: Settings, parts: Path, folder: Path, unjudged: str
) -> None:
    phrases = report.phrases
    words = load_words(phrases.lang)["masterplan"]
    told = about_of(report.phrases, settings)
    names = {area.row: f"districts/{number:02d}.html" for number, area in enumerate(areas, start=1)}
    links = [Link("map.html", words["link_map"]), Link("simple.html", words["link_simple"])]
    links += [Link("method.html", words["link_method"]), Link("masterplan.pdf", words["link_pdf"])]
    links += [Link("masterplan-large.pdf", words["link_large"])]
    links += [Link("tables/masterplan.xlsx", words["link_tables"])]
    links += [
        Link("tables/masterplan.gpkg", words["link_layers"]),
        Link("tables/survey.html", words["link_survey"]),
    ]
    links += [Link(names[area.row], words["link_district"].format(name=phrases.area(area))) for area in areas]
    front = [
        curve(report, parts / "plan"),
        unknown(report, parts / "survey", unjudged),
    ]
    write_text(
        folder / "index.html",
        report.page(-1, links=links, front=front, districts=(), about=told),
    )
    _made(folder / "districts")
    back = [Link("../index.html", words["link_index"]), Link("../map.html", words["link_map"])]
    for area in areas:
        write_text(folder / names[area.row], report.page(area.row, links=back, about=told))
    write_text(folder / "simple.html", simple_page(report, settings, told))
    write_text(folder / "method.html", method_page(report, told))


def _write_pdf(page: str, folder: Path) -> None:
    """Lay the page out twice, in large print by a second process where there is one."""
    from wegeketten.pipeline.worker import Worker, give_back_memory, usual_processes
    from wegeketten.reports.pdf import write_pdf

    gc.collect()  # pages and figures refer to each other
    give_back_memory()
    with Worker[Path](second=usual_processes() > 1, modules=[write_pdf.__module__]) as worker:
        worker.submit(partial(write_pdf, large=True), page, folder / "masterplan-large.pdf")
        write_pdf(page, folder / "masterplan.pdf")
        worker.result()


def about_of(phrases: Phrases, settings: Settings) -> About:
    """Who publishes the master plan, for every page of it.

    Parameters
    ----------
    phrases
        Texts and numbers in the language of the report.
    settings
        Settings of the master plan.

    Returns
    -------
    About
        Names cleaned.
    """
    kind = load_words(phrases.lang)["masterplan"]["kind"]
    return About(clean_text(settings.publisher), clean_text(settings.contact), settings.logo, kind)


def curve(report: Report, plan: Path) -> Section:
    """How much money brings how much: the plan's own curve.

    Parameters
    ----------
    report
        The report of the city.
    plan
        Folder of the plan.

    Returns
    -------
    Section
        A chapter of the report.
    """
    phrases = report.phrases
    words, lang = load_words(phrases.lang)["masterplan"], phrases.lang
    document = json.loads(read_within(plan / "plan.json", "result"))
    points = [(0.0, 0.0)]
    for one in phrases.proposals or ():
        points.append((points[-1][0] + one.typical_eur, points[-1][1] + one.gain))
    texts = [words["curve_text"].format(counted=phrases.counted)]
    if document["gap"] is not None:
        texts.append(words["gap"].format(gap=number(max(1.0, 100 * document["gap"]), lang)))
    if len(points) < 2:
        return Section("curve-title", words["curve"], texts)
    shown = sorted({1, len(points) // 4, len(points) // 2, len(points) - 1} - {0})
    told = [
        text(
            "masterplan.curve_point",
            lang,
            count=count,
            money=f"{about_number(points[count][0], lang)}\u00a0€",
            people=phrases.gained(points[count][1]),
        )
        for count in shown
    ]
    alt = words["curve_alt"].format(
        money=f"{about_number(points[-1][0], lang)}\u00a0€",
        people=phrases.gained(points[-1][1]),
        parts=" ".join(told),
    )
    picture = curve_chart(points, lang=lang, alt=alt, across=words["curve_money"], up=phrases.counted)
    return Section("curve-title", words["curve"], [*texts, *told], pictures=[Titled(words["curve"], picture)])


def unknown(report: Report, survey: Path, unjudged: str = "") -> Section:
    """What nobody knows, in plain sentences.

    Parameters
    ----------
    report
        The report of the city.
    survey
        Folder of the survey.
    unjudged
        Why stops could not be judged, "" where they could or there is no timetable.

    Returns
    -------
    Section
        A chapter of the report.
    """
    phrases = report.phrases
    words = load_words(phrases.lang)["masterplan"]
    document = json.loads(read_within(survey / "survey.json", "result"))
    whole = report.areas[0].weight
    share = document["people_in_doubt"] / whole if whole else 0.0
    texts = [
        words["unknown_text"].format(share=phrases.of_100(min(share, 1.0)), counted=phrases.counted),
        words["unknown_edge"],
        words["unknown_cost"],
        words["unknown_walk"],
    ]
    if unjudged:
        texts.append(words["unknown_stops"].format(reason=translated(unjudged, phrases.lang)))
    return Section("unknown-title", words["unknown"], texts)


def method_page(report: Report, about: About) -> str:
    """The page on how it was reckoned and where that ends, in plain words, then the sources in full.

    Parameters
    ----------
    report
        The report of the city.
    about
        Who publishes it.

    Returns
    -------
    str
        An HTML document.
    """
    phrases = report.phrases
    words = load_words(phrases.lang)["method_page"]
    chapters = [
        Section("how-title", words["how"], words["how_texts"]),
        Section("limits-title", words["limits"], words["limits_texts"]),
        *report.sources(),
    ]
    index = load_words(phrases.lang)["masterplan"]
    links = [Link("index.html", index["link_index"]), Link("map.html", index["link_map"])]
    return plain_page(phrases, words["title"].format(place=phrases.place), chapters, links=links, about=about)


def simple_page(report: Report, settings: Settings, about: About) -> str:
    """The page in simple words: short sentences, one thought each.

    Parameters
    ----------
    report
        The report of the city.
    settings
        Settings of the master plan.
    about
        Who publishes it.

    Returns
    -------
    str
        An HTML document.
    """
    phrases = report.phrases
    words, lang = load_words(phrases.lang)["simple"], phrases.lang
    area, proposals = report.areas[0], list(phrases.proposals or ())
    lead = "groceries" if "groceries" in phrases.offered else phrases.offered[0]
    found = [
        words["found_share"].format(
            place=phrases.place,
            counted=words[f"counted_{phrases.unit}"],
            expected=phrases.of_100(area.cells[phrases.focus, lead].lead),
        )
    ]
    if proposals:
        low, high = sum(one.low_eur for one in proposals), sum(one.high_eur for one in proposals)
        first = proposals[0]
        found += [
            words["found_plan"].format(count=number(len(proposals), lang)),
            words["found_cost"].format(cost=euro_range(low, high, lang)),
            words["found_first"].format(what=first.action(lang), where=first.where() or phrases.place),
        ]
    ask = [clean_text(settings.contact) or words["ask_town"]]
    chapters = [
        Section("what-title", words["what"], [words[f"what_{n}"] for n in range(1, 5)]),
        Section("found-title", words["found"], found),
        Section("sure-title", words["sure"], [words[f"sure_{n}"] for n in range(1, 6)]),
        Section("next-title", words["next"], [words[f"next_{n}"] for n in range(1, 4)]),
        Section("ask-title", words["ask"], ask),
    ]
    index = load_words(lang)["masterplan"]
    links = [Link("index.html", index["link_index"]), Link("map.html", index["link_map"])]
    return plain_page(phrases, words["title"].format(place=phrases.place), chapters, links=links, about=about)


def _summary(report: Report, scan: Scan, settings: Settings) -> dict[str, Any]:
    """Figures of the first page, for whoever checks them against the tables."""
    phrases, area = report.phrases, report.areas[0]
    proposals = list(phrases.proposals or ())
    return {
        "version": scan.city.meta["version"],
        "source": scan.city.meta["source"],
        "source_sha256": scan.city.meta["source_sha256"],
        "osm_timestamp": scan.city.meta["osm_timestamp"],
        "title": phrases.place,
        "weight_unit": phrases.unit,
        "homes": area.homes,
        "weight": round(area.weight, 3),
        "shares": {
            service: {
                answer: round(getattr(area.cells[phrases.focus, service], answer), 6)
                for answer in ("lead", "sure", "likely", "possible")
            }
            for service in phrases.offered
        },
        "proposals": len(proposals),
        "cost_low_eur": round(sum(one.low_eur for one in proposals)),
        "cost_high_eur": round(sum(one.high_eur for one in proposals)),
        "budget_eur": settings.budget_eur,
        "districts": [phrases.area(one) for one in report.judged],
        "text": text("masterplan.title", phrases.lang, place=phrases.place),
    }
