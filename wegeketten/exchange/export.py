"""The formats a city, a survey list or a folder of results can be handed on in, and who writes each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.city import MARKER, City
from wegeketten.errors import UsageError
from wegeketten.files.targets import check_apart

if TYPE_CHECKING:
    from collections.abc import Callable

    from wegeketten.model.answers import Answer, Progress
    from wegeketten.people.profile import Profile


@dataclass(frozen=True)
class ExportRequest:
    """What is to be handed on, and how.

    Attributes
    ----------
    source
        A city, or path of a city folder, an extract, a folder of results, or a table of a survey.
    out
        File or folder to write.
    profile, answer
        Of a graph: for whom, and how certain its edges must be.
    survey
        Survey list or survey files, where the source is the city they belong to.
    base
        Of changes to OpenStreetMap: an extract with versions of the elements.
    lang
        Of words in the file.
    progress
        Called with words and the share done while a city is built.
    """

    source: City | str | Path
    out: Path
    profile: str | Path | Profile = "walker"
    answer: Answer = "likely"
    survey: Path | None = None
    base: Path | None = None
    lang: str = "de"
    progress: Progress | None = None

    def result(self) -> Path | None:
        """The folder of a result; None where the source is a city or an extract."""
        if isinstance(self.source, City):
            return None
        path = Path(self.source)
        return path if path.is_dir() and not (path / MARKER).is_file() else None

    def survey_list(self) -> tuple[Path, City | None]:
        """The survey list and its city: list and source, or the source alone as the list."""
        if self.survey is not None:
            return self.survey, self.city()
        return (self.source.path if isinstance(self.source, City) else Path(self.source)), None

    def city(self) -> City:
        """The city, opened or built."""
        if isinstance(self.source, City):
            return self.source
        from wegeketten.pipeline.cache import obtain_city

        return obtain_city(str(self.source), progress=self.progress)


class Format(NamedTuple):
    """One format.

    Attributes
    ----------
    endings
        Of the file's name; empty for a folder.
    write
        Writes it and returns how many of what were written.
    """

    endings: tuple[str, ...]
    write: Callable[[ExportRequest], dict[str, Any]]


def _osw(asked: ExportRequest) -> dict[str, Any]:
    from wegeketten.exchange.opensidewalks import write_opensidewalks

    return dict(write_opensidewalks(asked.city(), asked.out))


def _networkx(asked: ExportRequest) -> dict[str, Any]:
    from wegeketten.exchange.graph_files import write_graph

    return dict(write_graph(asked.city(), asked.out, profile=asked.profile, answer=asked.answer))


def _maproulette(asked: ExportRequest) -> dict[str, Any]:
    from wegeketten.exchange.maproulette import write_challenge

    survey, city = asked.survey_list()
    return dict(write_challenge(survey, asked.out, lang=asked.lang, city=city))


def _josm(asked: ExportRequest) -> dict[str, Any]:
    from wegeketten.exchange.josm import write_josm_page

    survey, city = asked.survey_list()
    return dict(write_josm_page(survey, asked.out, lang=asked.lang, city=city))


def _osmchange(asked: ExportRequest) -> dict[str, Any]:
    from wegeketten.exchange.osmchange import write_changes

    if asked.survey is None or asked.base is None:
        raise UsageError("--format osmchange needs --survey FILE with what was seen and --base EXTRACT")
    return write_changes(asked.city(), asked.survey, asked.base, asked.out)


def _gis(form: str) -> Callable[[ExportRequest], dict[str, Any]]:
    """The writer of one of the formats of GIS: of a city, or of a result's folder as it is."""

    def write(asked: ExportRequest) -> dict[str, Any]:
        from wegeketten.exchange.gis import write_gis

        source: City | Path = asked.result() or asked.city()
        return dict(write_gis(source, asked.out, form, lang=asked.lang))

    return write


FORMATS: dict[str, Format] = {
    "osw": Format((".zip",), _osw),
    "networkx": Format((".graphml", ".gpkg"), _networkx),
    "maproulette": Format((".geojson", ".json", ".jsonl"), _maproulette),
    "josm": Format((".html",), _josm),
    "osmchange": Format((".osc",), _osmchange),
    "geojson": Format((), _gis("geojson")),
    "gpkg": Format((".gpkg",), _gis("gpkg")),
    "geoparquet": Format((), _gis("geoparquet")),
    "qgis": Format((), _gis("qgis")),
}
"""By the name that ``--format`` takes."""


def export(form: str, asked: ExportRequest) -> dict[str, Any]:
    """Hand something on in another program's form.

    Parameters
    ----------
    form
        One of `FORMATS`.
    asked
        What, and where to.

    Returns
    -------
    dict
        How many of what were written.

    Raises
    ------
    UsageError
        There is no such format, or the file's ending is another.
    InputDataError
        The source cannot be used.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> with TemporaryDirectory() as folder:
    ...     export("gpkg", ExportRequest(hamlet(), Path(folder) / "hamlet.gpkg", lang="en"))
    {'barriers': 1, 'places': 6, 'homes': 12, 'edges': 7, 'districts': 1}
    """
    chosen = FORMATS.get(form)
    if chosen is None:
        raise UsageError(f"--format {form}: there is no such format; choose one of {', '.join(FORMATS)}")
    name = asked.out.name.lower()
    if chosen.endings and not name.endswith(chosen.endings):
        raise UsageError(f"-o {asked.out}: a file that ends in {' or '.join(chosen.endings)} was expected")
    inputs = [
        Path(each)
        for each in (asked.source, asked.survey, asked.base)
        if isinstance(each, str | Path) and Path(each).exists()
    ]
    check_apart(asked.out, inputs)
    return chosen.write(asked)
