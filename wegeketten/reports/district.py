"""The district profile and the city's overview as one page each, HTML or tagged PDF."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wegeketten.files.json import write_text
from wegeketten.planning.proposals import read_looks, read_proposals
from wegeketten.reach.quality import city_quality, edge_districts
from wegeketten.reports import chapters
from wegeketten.reports.area_figures import areas_of
from wegeketten.reports.assets import asset_text
from wegeketten.reports.bottlenecks import bottlenecks, within
from wegeketten.reports.chain_chapter import chains
from wegeketten.reports.front_page import glance_of
from wegeketten.reports.inline import island, policy_of, script_tag, style_tag
from wegeketten.reports.phrases import Phrases
from wegeketten.reports.sites_chapter import chapters_of
from wegeketten.reports.stop_chapter import stop_chapter
from wegeketten.reports.stop_results import read_stops
from wegeketten.siting.read import read_needs, read_sites
from wegeketten.words.catalogue import load_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from jinja2 import Template
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.planning.proposals import Look, Proposal
    from wegeketten.reach.quality import Share
    from wegeketten.reach.scan import Scan
    from wegeketten.reports.area_figures import Area
    from wegeketten.reports.bottlenecks import Bottleneck
    from wegeketten.reports.sheet import About, Glance, Link, Section
    from wegeketten.reports.stop_results import StopResults
    from wegeketten.siting.read import ReadNeeds, ReadSites

POLICY_MARK = "policy-goes-here"


def write_report(
    city: City,
    out: str | Path,
    *,
    district: str | None = None,
    lang: str = "de",
    pdf: bool = False,
    scan: Scan | None = None,
    profiles: Sequence[str | Profile] = (),
    services: Sequence[str] = (),
    title: str | None = None,
    plan: str | Path | None = None,
    survey: str | Path | None = None,
    sites: str | Path | None = None,
    needs: str | Path | None = None,
    stops: str | Path | None = None,
) -> Path:
    """Write the profile of a district, or the overview of all districts.

    Parameters
    ----------
    city
        A built city.
    out
        File to write.
    district
        Name or id of the district; the overview with one page per district where None.
    lang
        ``de`` or ``en``.
    pdf
        Write a tagged PDF (PDF/UA-1) instead of HTML; needs the extra ``pdf``.
    scan
        A scan of this city with all its homes; made where None.
    profiles, services
        For that scan; all where empty.
    title
        Name of the city; made from the source's file name where None.
    plan, survey
        Folders written by ``plan`` and ``survey``: what to do, and where to look first.
    sites, needs
        Folders written by ``site`` and ``needs``: which places are missing, and what districts need.
    stops
        Folder written by ``stops``: which stops can be used.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        A district, profile, service or language does not exist.
    InputDataError
        A folder cannot be read.
    MissingExtraError
        `pdf` is asked for and weasyprint is not installed.
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> import wegeketten as wk
    >>> from wegeketten.reports.district import write_report
    >>> write_report(wk.open("lauf"), "altstadt.html", district="Altstadt")  # doctest: +SKIP
    PosixPath('altstadt.html')
    """
    from wegeketten.reach.scan import find_districts
    from wegeketten.reach.scan import scan as scan_city

    load_words(lang)
    row = int(find_districts(city, [district])[0]) if district is not None else -1
    result = scan if scan is not None else scan_city(city, profiles=profiles, services=services)
    page = report_page(
        result,
        row=row,
        lang=lang,
        title=title,
        **read_findings(city, plan=plan, survey=survey, sites=sites, needs=needs, stops=stops),
    )
    target = Path(out)
    if pdf:
        from wegeketten.reports.pdf import write_pdf

        return write_pdf(page, target)
    write_text(target, page)
    return target


def write_reports(
    scan: Scan,
    out: str | Path,
    *,
    lang: str = "de",
    title: str | None = None,
    plan: str | Path | None = None,
    survey: str | Path | None = None,
    sites: str | Path | None = None,
    needs: str | Path | None = None,
    stops: str | Path | None = None,
) -> list[Path]:
    """Write the overview and the profile of every district into a folder; the city is looked at once.

    Parameters
    ----------
    scan
        A scan of all homes.
    out
        Folder; made where it is missing.
    lang, title, plan, survey, sites, needs, stops
        As in `write_report`.

    Returns
    -------
    list
        ``index.html``, then ``district-1.html`` and so on, in the order of the city's districts.

    Raises
    ------
    UsageError
        The language does not exist.
    InputDataError
        A folder cannot be read.
    OutputError
        A file cannot be written.
    """
    load_words(lang)
    found = read_findings(scan.city, plan=plan, survey=survey, sites=sites, needs=needs, stops=stops)
    written = []
    for row in range(-1, len(scan.city.districts["name"])):
        page = report_page(scan, row=row, lang=lang, title=title, **found)
        target = Path(out) / ("index.html" if row < 0 else f"district-{row + 1}.html")
        write_text(target, page)
        written.append(target)
    return written


def report_page(
    scan: Scan,
    *,
    row: int,
    lang: str,
    title: str | None = None,
    proposals: Sequence[Proposal] | None = None,
    looks: Sequence[Look] | None = None,
    sites: ReadSites | None = None,
    needs: ReadNeeds | None = None,
    stops: StopResults | None = None,
) -> str:
    """The page as text.

    Parameters
    ----------
    scan
        A scan of all homes.
    row
        Row of the district, -1 for the overview.
    lang
        ``de`` or ``en``.
    title
        Name of the city.
    proposals, looks
        What a plan proposes and where a survey would look; None where there is none.
    sites, needs
        Places that are missing and what districts need; None where not computed.
    stops
        Which stops can be used; None where nobody looked.

    Returns
    -------
    str
        An HTML document.
    """
    from wegeketten.reports.map_data import city_name

    phrases = Phrases(
        scan,
        lang,
        title or city_name(scan.city),
        proposals=proposals,
        looks=looks,
        sites=sites,
        needs=needs,
        stops=stops,
    )
    return Report(phrases).page(row)


def read_findings(
    city: City,
    *,
    plan: str | Path | None = None,
    survey: str | Path | None = None,
    sites: str | Path | None = None,
    needs: str | Path | None = None,
    stops: str | Path | None = None,
) -> dict[str, Any]:
    """What further commands have found, for `Phrases`.

    Parameters
    ----------
    city
        The city, as built.
    plan, survey, sites, needs, stops
        Folders written by the commands; None where there is none.

    Returns
    -------
    dict
        ``proposals``, ``looks``, ``sites``, ``needs`` and ``stops``, None where there is none.

    Raises
    ------
    InputDataError
        A folder cannot be read.
    """
    return {
        "proposals": None if plan is None else read_proposals(Path(plan)),
        "looks": None if survey is None else read_looks(Path(survey)),
        "sites": None if sites is None else read_sites(Path(sites), city),
        "needs": None if needs is None else read_needs(Path(needs)),
        "stops": None if stops is None else read_stops(Path(stops)),
    }


class Report:
    """Pages about one scan; what they share is found once.

    Parameters
    ----------
    phrases
        Words, scan, proposals and places to look at.
    """

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases

    @cached_property
    def areas(self) -> list[Area]:
        """Figures of the whole city, then of each district."""
        scan = self.phrases.scan
        return scan.once("areas", lambda: areas_of(scan))

    @cached_property
    def judged(self) -> list[Area]:
        """Districts with figures."""
        return [area for area in self.areas[1:] if area.judged]

    @cached_property
    def _bottlenecks(self) -> list[Bottleneck]:
        scan = self.phrases.scan
        focus = next(one for one in scan.profiles if one.id == self.phrases.focus)
        return scan.once(("bottlenecks", focus.id), lambda: bottlenecks(scan, focus))

    @cached_property
    def _quality(self) -> Sequence[Share]:
        scan = self.phrases.scan
        return scan.once("quality", lambda: city_quality(scan.city)).shares

    @cached_property
    def _edge_district(self) -> NDArray[np.integer]:
        scan = self.phrases.scan
        return scan.once("edge districts", lambda: edge_districts(scan.city))

    def glance(self, area: Area, page_id: str) -> Glance:
        """The first page of an area.

        Parameters
        ----------
        area
            A district, or the whole city, with its figures.
        page_id
            Id of the page's element.

        Returns
        -------
        Glance
            Figures, sentences and steps.
        """
        return glance_of(area, self.phrases, page_id=page_id, others=self.judged)

    def sections(self, row: int) -> list[Section]:
        """Chapters about a district, or about the whole city for row -1.

        Parameters
        ----------
        row
            Row of the district, -1 for the whole city.

        Returns
        -------
        list of Section
            In the order of the page.
        """
        area, areas, phrases = self.areas[row + 1], self.areas, self.phrases
        middle = _district_chapters(area, areas, phrases) if row >= 0 else self._city_chapters(area)
        errand = chains(area, phrases) if area.judged else None
        boarding = stop_chapter(area, phrases)
        found = within(self._bottlenecks, self._edge_district, row)
        return [
            *([chapters.plan(area, phrases)] if phrases.proposals is not None else []),
            *([chapters.looks(area, phrases)] if phrases.looks is not None else []),
            *chapters_of(area, phrases, phrases.sites, phrases.needs),
            *middle,
            *([boarding] if boarding else []),
            *([errand] if errand else []),
            *([chapters.barriers(found, phrases)] if area.judged else []),
            chapters.quality(chapters.share_of_quality(self._quality, area.name), phrases),
            chapters.method(areas, phrases),
        ]

    def sources(self) -> list[Section]:
        """Chapters on how well the whole city is known, and on sources and standards.

        Returns
        -------
        list of Section
            Two.
        """
        quality = chapters.share_of_quality(self._quality, "")
        return [chapters.quality(quality, self.phrases), chapters.method(self.areas, self.phrases)]

    def _city_chapters(self, area: Area) -> list[Section]:
        found = [chapters.why_not(area, self.phrases)]
        if len(self.judged) > 1:
            found += [
                chapters.ranking(self.areas, self.phrases),
                chapters.multiples(self.areas, self.phrases),
            ]
        return found

    def page(
        self,
        row: int,
        *,
        links: Sequence[Link] = (),
        front: Sequence[Section] = (),
        districts: Sequence[Area] | None = None,
        about: About | None = None,
    ) -> str:
        """A page as text.

        Parameters
        ----------
        row
            Row of the district, -1 for the whole city.
        links
            Other files to go to.
        front
            Chapters behind those on what to do and where to look.
        districts
            Districts whose first pages follow on the city's; all that are judged where None.
        about
            Who publishes it.

        Returns
        -------
        str
            An HTML document.
        """
        area = self.areas[row + 1]
        told = list(self.judged if districts is None else districts) if row < 0 else []
        told = told if len(self.judged) > 1 else []  # the only one is the city
        pages = [self.glance(one, f"district-{one.row}") for one in told]
        first, sections = self.glance(area, "first"), self.sections(row)
        found = (self.phrases.proposals, self.phrases.looks, self.phrases.sites, self.phrases.needs)
        told_first = sum(one is not None for one in found)
        sections[told_first:told_first] = front
        return _fill(self.phrases, first, sections, pages, links=links, about=about)


def plain_page(
    phrases: Phrases,
    heading: str,
    sections: Sequence[Section],
    *,
    links: Sequence[Link] = (),
    about: About | None = None,
) -> str:
    """A page of text alone, without figures and contents.

    Parameters
    ----------
    phrases
        Texts and numbers in the language of the report.
    heading
        Heading of the page.
    sections
        Its chapters.
    links
        Other files to go to.
    about
        Who publishes it.

    Returns
    -------
    str
        An HTML document.
    """
    from wegeketten.reports.sheet import Glance

    return _fill(
        phrases, Glance("first", heading, "", ()), sections, (), links=links, about=about, title=heading
    )


def _district_chapters(area: Area, areas: Sequence[Area], phrases: Phrases) -> list[Section]:
    if not area.judged:
        return [chapters.stock(area, phrases), chapters.spots(area, phrases)]
    return [
        chapters.why_not(area, phrases),
        chapters.reach(area, phrases),
        *([chapters.longer(area, phrases)] if phrases.base else []),
        chapters.stock(area, phrases),
        chapters.spots(area, phrases),
        *([chapters.compare(area, areas, phrases)] if sum(one.judged for one in areas[1:]) > 1 else []),
    ]


@cache
def _template() -> Template:
    """The page's template, taken apart once for all pages."""
    from jinja2 import Environment

    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return environment.from_string(asset_text("report.html"))


def _fill(
    phrases: Phrases,
    first: Glance,
    sections: Sequence[Section],
    pages: Sequence[Glance],
    *,
    links: Sequence[Link] = (),
    about: About | None = None,
    title: str = "",
) -> str:
    from markupsafe import Markup

    words = phrases.words
    script = island("words", {key: words[key] for key in ("sort_by", "download", "large")})
    if not title and about is not None and about.kind and first.id == "first":
        title = f"{about.kind}: {phrases.place}" if first.numbers == () else f"{about.kind}: {first.heading}"
    title = title or (
        words["title_city"].format(city=phrases.place)
        if pages
        else words["title"].format(place=first.heading)
    )
    page = _template().render(
        lang=phrases.lang,
        words=words,
        version=phrases.scan.city.meta["version"],
        policy=POLICY_MARK,
        title=title,
        answers_sentence=phrases.all_words["general"]["answers_sentence"],
        first=first,
        sections=sections,
        pages=pages,
        links=links,
        about=about,
        style=Markup(style_tag(asset_text("report.css"))),  # noqa: S704 built here, escaped before
        script=Markup(script + "\n" + script_tag(asset_text("report.js"))),  # noqa: S704
    )
    return page.replace(POLICY_MARK, policy_of(page), 1)
