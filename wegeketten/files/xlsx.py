"""Workbooks of plain tables, the same bytes from run to run; read by every spreadsheet."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from wegeketten.files.atomic import whole_file
from wegeketten.files.csv import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FIXED = (1980, 1, 1, 0, 0, 0)  # the clock's time would make two runs differ
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MOST_NAME = 31
_RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"


class WorkbookSheet(NamedTuple):
    """One sheet: its name, the header, and rows of numbers and text."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]


def write_xlsx(path: Path, tables: Sequence[WorkbookSheet]) -> None:
    """Write a workbook, one sheet per table; the header is bold and stays in sight.

    Text is never a formula: it is written as text, whatever it begins with.

    Parameters
    ----------
    path
        File to write.
    tables
        At least one.

    Raises
    ------
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.xlsx"
    >>> write_xlsx(path, [WorkbookSheet("one", ("a", "b"), [(1, "x")])])
    >>> zipfile.ZipFile(path).testzip() is None
    True
    """
    with whole_file(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in _parts(tables):
            info = zipfile.ZipInfo(name, _FIXED)
            info.compress_type = zipfile.ZIP_DEFLATED
            book.writestr(info, content)


def _parts(tables: Sequence[WorkbookSheet]) -> Iterable[tuple[str, str]]:
    numbers = range(1, len(tables) + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n in numbers
    )
    yield (
        "[Content_Types].xml",
        (
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="{_RELATIONS}"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{overrides}</Types>'
        ),
    )
    yield (
        "_rels/.rels",
        (
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>"
        ),
    )
    sheets = "".join(
        f'<sheet name={quoteattr(table.name[:_MOST_NAME])} sheetId="{n}" r:id="rId{n}"/>'
        for n, table in zip(numbers, tables, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
    )
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    styles = f'<Relationship Id="rId0" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{targets}{styles}</Relationships>',
    )
    yield (
        "xl/styles.xml",
        (
            f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font/><font><b/></font></fonts>'
            '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
            '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
            '<cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>'
        ),
    )
    for n, table in zip(numbers, tables, strict=True):
        yield f"xl/worksheets/sheet{n}.xml", _sheet(table)


def _sheet(table: WorkbookSheet) -> str:
    rows = ["".join(_cell(name, style=1) for name in table.header)]
    rows += ["".join(_cell(cell) for cell in row) for row in table.rows]
    body = "".join(f"<row>{cells}</row>" for cells in rows)
    view = (
        '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/>'
        "</sheetView></sheetViews>"
    )
    return f'{_HEAD}<worksheet xmlns="{_MAIN}">{view}<sheetData>{body}</sheetData></worksheet>'


def _cell(value: object, *, style: int = 0) -> str:
    mark = f' s="{style}"' if style else ""
    if value is None or value == "":
        return f"<c{mark}/>"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"<c{mark}><v>{float(value):.10g}</v></c>"
    text = escape(clean_text(str(value), longest=32000))
    return f'<c t="inlineStr"{mark}><is><t xml:space="preserve">{text}</t></is></c>'
