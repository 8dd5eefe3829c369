"""The district profile and the city's overview as one page each, HTML or tagged PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wegeketten.files.json import write_text
from wegeketten.reports import chapters
from wegeketten.reports.area_figures import areas_of
from wegeketten.reports.assets import asset_text
from wegeketten.reports.bottlenecks import bottlenecks, within
from wegeketten.reports.chain_chapter import chains
from wegeketten.reports.front_page import Phrases, glance_of
from wegeketten.reports.inline import island, policy_of, script_tag, style_tag
from wegeketten.words.catalogue import load_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.reach.scan import Scan
    from wegeketten.reports.area_figures import Area
    from wegeketten.reports.sheet import Glance, Section

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

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        A district, profile, service or language does not exist.
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
    page = report_page(result, row=row, lang=lang, title=title)
    target = Path(out)
    if pdf:
        from wegeketten.reports.pdf import write_pdf

        return write_pdf(page, target)
    write_text(target, page)
    return target


def report_page(scan: Scan, *, row: int, lang: str, title: str | None = None) -> str:
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
    """
    from wegeketten.reach.quality import city_quality, edge_districts
    from wegeketten.reports.map_data import place_name

    city = scan.city
    tell = Phrases(scan, lang, title or place_name(str(city.meta["source"])))
    areas = areas_of(scan)
    area = areas[row + 1]
    focus = next(profile for profile in scan.profiles if profile.id == tell.focus)
    found = within(bottlenecks(scan, focus), edge_districts(city), row)
    shares = chapters.share_of_quality(city_quality(city).shares, area.name)
    middle = (
        _district_chapters(area, areas, tell)
        if row >= 0
        else [chapters.ranking(areas, tell), chapters.multiples(areas, tell)]
    )
    errand = chains(area, tell)
    sections = [
        *middle,
        *([errand] if errand else []),
        chapters.barriers(found, tell),
        chapters.quality(shares, tell),
        chapters.method(tell),
    ]
    pages = [glance_of(one, tell, page_id=f"district-{one.row}") for one in areas[1:]] if row < 0 else []
    return _fill(tell, glance_of(area, tell, page_id="first"), sections, pages)


def _district_chapters(area: Area, areas: Sequence[Area], tell: Phrases) -> list[Section]:
    if not area.weight:
        return [chapters.stock(area, tell), chapters.spots(area, tell)]
    return [
        chapters.reach(area, tell),
        *([chapters.longer(area, tell)] if tell.base else []),
        chapters.stock(area, tell),
        chapters.spots(area, tell),
        *([chapters.compare(area, areas, tell)] if len(areas) > 2 else []),
    ]


def _fill(tell: Phrases, first: Glance, sections: Sequence[Section], pages: Sequence[Glance]) -> str:
    from jinja2 import Environment
    from markupsafe import Markup

    words = tell.words
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    script = island("words", {key: words[key] for key in ("sort_by", "download", "large")})
    title = (
        words["title_city"].format(city=tell.place) if pages else words["title"].format(place=first.heading)
    )
    page = environment.from_string(asset_text("report.html")).render(
        lang=tell.lang,
        words=words,
        version=tell.scan.city.meta["version"],
        policy=POLICY_MARK,
        title=title,
        answers_sentence=tell.all_words["general"]["answers_sentence"],
        first=first,
        sections=sections,
        pages=pages,
        style=Markup(style_tag(asset_text("report.css"))),  # noqa: S704 built here, escaped before
        script=Markup(script + "\n" + script_tag(asset_text("report.js"))),  # noqa: S704
    )
    return page.replace(POLICY_MARK, policy_of(page), 1)
