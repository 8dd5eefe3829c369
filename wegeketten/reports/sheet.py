"""Tables, pictures and sections of a report, before they become a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.reports.charts import Picture


class Column(NamedTuple):
    """Heading of a column; numbers stand to the right."""

    title: str
    number: bool = False


class Cell(NamedTuple):
    """One cell.

    Attributes
    ----------
    text
        What it says.
    small
        A second line in small print.
    sort
        What it sorts by instead of its text; an empty text sorts last.
    picture
        A chart instead of the text.
    """

    text: str
    small: str = ""
    sort: float | str | None = None
    picture: Picture | None = None


@dataclass(frozen=True)
class Sheet:
    """A table with a caption; the first cell of each row is its heading.

    Attributes
    ----------
    cls
        Class of the table in the page's styles.
    quiet
        The caption repeats the heading above and is only there for those who hear the page.
    """

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    cls: str = ""
    quiet: bool = False


class Titled(NamedTuple):
    """A small picture with a caption."""

    title: str
    picture: Picture


@dataclass(frozen=True)
class Section:
    """A chapter of a report; `notes` are those on the data, listed behind its texts."""

    id: str
    title: str
    texts: Sequence[str] = ()
    notes: Sequence[str] = field(default=(), kw_only=True)
    sheets: Sequence[Sheet] = ()
    pictures: Sequence[Titled] = ()


class Figure(NamedTuple):
    """One of the large figures of a page: the figure, what it says, and how it compares."""

    value: str
    label: str
    compare: str


class Link(NamedTuple):
    """Another file to go to."""

    href: str
    title: str


class About(NamedTuple):
    """Who publishes a page, and what it belongs to; each may be empty, the logo is a ``data:`` address."""

    publisher: str
    contact: str
    logo: str
    kind: str = ""


@dataclass(frozen=True)
class Glance:
    """The one page everybody reads: a few sentences, the first steps, pictures, one table."""

    id: str
    heading: str
    subtitle: str
    sentences: Sequence[str]
    chart_title: str = ""
    charts: Sequence[Picture] = ()
    table: Sheet | None = None
    steps: Sequence[str] = ()
    cost: str = ""
    locator: Picture | None = None
    why_title: str = ""
    whys: Sequence[Picture] = ()
    numbers: Sequence[Figure] = ()
