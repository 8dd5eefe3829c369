"""What is handed over: map, report and master plan as functions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wegeketten.api.inputs import city_of, listed, profiles_of, real
from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.api.inputs import Profiles
    from wegeketten.city import City


def map(  # noqa: A001  # the command's name
    city: City | str | Path,
    out: str | Path,
    *,
    profile: Profiles = (),
    service: str | Sequence[str] = (),
    plan: str | Path | None = None,
    survey: str | Path | None = None,
    sites: str | Path | None = None,
    needs: str | Path | None = None,
    stops: str | Path | None = None,
    chain: str | Sequence[str] = (),
    returning: bool = False,
    usable_stops: float | None = None,
    at: str | None = None,
    title: str | None = None,
    tiles: str | None = None,
    worlds: int = 0,
    seed: int = 0,
    lang: str = "de",
) -> Path:
    """Write the city as one HTML file that works without a network; returns the file.

    Parameters
    ----------
    city
        A city, its folder, an extract, or ``demo``.
    out
        File to write.
    profile, service
        What can be chosen on the map; everything where empty.
    plan, survey, sites, needs, stops
        Folders written by `plan`, `survey`, `site`, `needs` and `stops`.
    chain, returning
        Chains of errands such as ``pharmacy,doctor,stop=45``, and whether they end at home.
    usable_stops, at
        Departures one can board in the hour after a day and time; any mapped stop counts where None.
    title
        Name of the place.
    tiles
        Address of online tiles; none by default.
    worlds, seed
        How many times the unknown is drawn (0: not at all), and which worlds.
    lang
        ``de`` or ``en``.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    UsageError
        A chain cannot be read.
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> with TemporaryDirectory() as folder:
    ...     map(hamlet(), Path(folder) / "map.html").name
    'map.html'
    """
    from wegeketten.planning.chain_task import outings
    from wegeketten.planning.stop_tasks import demand_of
    from wegeketten.reports.map import write_map

    chains = outings(listed(chain), returning=returning)
    opened = city_of(city)
    chosen = profiles_of(profile) if profile else ()
    services = opened.catalogue.pick(listed(service))
    return write_map(
        opened, out, lang=lang, profiles=chosen, services=services, title=title, plan=plan, survey=survey,
        sites=sites, needs=needs, stops=stops, chains=chains, usable_stops=demand_of(usable_stops, at),
        tiles=tiles, worlds=worlds, seed=seed,
    )  # fmt: skip


def report(
    city: City | str | Path,
    out: str | Path,
    *,
    district: str | None = None,
    profile: Profiles = (),
    service: str | Sequence[str] = (),
    plan: str | Path | None = None,
    survey: str | Path | None = None,
    sites: str | Path | None = None,
    needs: str | Path | None = None,
    stops: str | Path | None = None,
    title: str | None = None,
    each: bool = False,
    pdf: bool = False,
    worlds: int = 32,
    seed: int = 0,
    lang: str = "de",
) -> Path | list[Path]:
    """Write the profile of a district, or of all districts; returns the file, or the pages of `each`.

    Parameters
    ----------
    city, out, profile, service, plan, survey, sites, needs, stops, lang
        As for `map`.
    district
        Name or id; the overview of the whole city where None.
    title
        Name of the place.
    each
        A folder with a page per district.
    pdf
        A tagged PDF beside the HTML file; a file that ends with ``.pdf`` is one anyway.
    worlds, seed
        How many times the unknown is drawn (0: not at all), and which worlds.

    Returns
    -------
    Path or list of Path
        The file that was written, or one for each district.

    Raises
    ------
    UsageError
        `each` together with `district` or `pdf`.
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> with TemporaryDirectory() as folder:
    ...     report(hamlet(), Path(folder) / "report.html", district="A1").name
    'report.html'
    """
    from wegeketten.reach.scan import scan
    from wegeketten.reports.district import write_report, write_reports

    if each and (district or pdf):
        raise UsageError("--each writes HTML pages of all districts: leave --district and --pdf out")
    opened, path = city_of(city), Path(out)
    chosen = profiles_of(profile) if profile else ()
    result = scan(opened, profiles=chosen, services=listed(service), worlds=worlds, seed=seed)
    if each:
        return write_reports(
            result,
            path,
            lang=lang,
            title=title,
            plan=plan,
            survey=survey,
            sites=sites,
            needs=needs,
            stops=stops,
        )
    files = [] if path.suffix.lower() == ".pdf" else [path]
    files += [path.with_suffix(".pdf")] if pdf or not files else []
    for file in files:
        write_report(
            opened, file, district=district, lang=lang, pdf=file.suffix == ".pdf", scan=result, title=title,
            plan=plan, survey=survey, sites=sites, needs=needs, stops=stops,
        )  # fmt: skip
    return files[0]


def masterplan(
    city: City | str | Path,
    out: str | Path,
    *,
    settings: str | Path | None = None,
    profile: str | Sequence[str] = (),
    district: str | Sequence[str] = (),
    budget: float | None = None,
    title: str | None = None,
    sites: str | Path | None = None,
    needs: str | Path | None = None,
    stops: str | Path | None = None,
    usable_stops: float | None = None,
    pdf: bool = True,
    lang: str = "de",
) -> Path:
    """Write the master plan: one folder with pages, map, tables and PDF to hand over; returns the folder.

    Parameters
    ----------
    city, out, title, lang
        As for `report`.
    settings
        Title, names, logo, contact … (TOML).
    profile, district
        Ids or names, one or several.
    budget
        Euros.
    sites, needs, stops
        Folders written by `site`, `needs` and `stops`.
    usable_stops
        Count only stops one can board, with so many departures an hour.
    pdf
        Whether a tagged PDF is written; needs the extra ``pdf``.

    Returns
    -------
    Path
        The folder that was written.

    Raises
    ------
    UsageError
        A district or profile does not exist.
    MissingExtraError
        A PDF is asked for and weasyprint is not installed.
    OutputError
        The folder is something else, or cannot be written.
    """
    from wegeketten.reports.masterplan import Extras, write_masterplan
    from wegeketten.reports.settings import Settings, read_settings

    told = read_settings(Path(settings)) if settings else Settings()
    told = told.changed(title, listed(district), listed(profile), real(budget), usable_stops)
    extras = Extras(*(None if each is None else Path(each) for each in (sites, needs, stops)))
    return write_masterplan(city_of(city), out, settings=told, lang=lang, pdf=pdf, extras=extras)
