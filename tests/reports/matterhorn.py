"""What a machine can check of PDF/UA-1, along the checkpoints of the Matterhorn Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD = frozenset(
    """
    Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6
    L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot
    Figure Formula Form
    """.split()  # noqa: SIM905 read as a list of names
)
MAY_HOLD = {
    "L": {"LI", "L", "Caption"},
    "LI": {"Lbl", "LBody"},
    "Table": {"TR", "THead", "TBody", "TFoot", "Caption"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TFoot": {"TR"},
    "TR": {"TH", "TD"},
}
PAINTING = frozenset([*b"Tj TJ ' \" f F f* B B* b b* S s sh Do BI".split(), b"INLINE IMAGE"])


class Element(NamedTuple):
    """A structure element with its kind, its attributes and its children."""

    kind: str
    node: Any
    children: list[Element]

    def all(self) -> Iterator[Element]:
        """This element and everything below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.all()


def faults(reader: Any) -> list[str]:
    """Everything found wrong, each with its checkpoint."""
    root = reader.trailer["/Root"]
    tree = Element("", root["/StructTreeRoot"], _children(root["/StructTreeRoot"]))
    checks = (_document(reader, root), _kinds(root, tree), _headings(tree), _tables(tree), _figures(tree))
    found = [fault for check in checks for fault in check]
    for number, page in enumerate(reader.pages, 1):
        found += [f"page {number}: {fault}" for fault in _page(reader, page)]
    return found


def _children(node: Any) -> list[Element]:
    kids = node.get("/K", [])
    kids = kids.get_object() if hasattr(kids, "get_object") else kids
    found = []
    for kid in kids if isinstance(kids, list) else [kids]:
        child = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(child, dict) and "/S" in child:
            found.append(Element(str(child["/S"])[1:], child, _children(child)))
    return found


def _document(reader: Any, root: Any) -> Iterator[str]:
    metadata = root["/Metadata"].get_data().decode("utf-8") if "/Metadata" in root else ""
    if 'pdfuaid:part="1"' not in metadata and "<pdfuaid:part>1<" not in metadata:
        yield "06-002: no PDF/UA identifier in the metadata"
    if "<dc:title>" not in metadata or not (reader.metadata and reader.metadata.title):
        yield "06-003: no title in the metadata"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "07-001: the window does not show the title"
    if not root.get("/MarkInfo", {}).get("/Marked") or root["/MarkInfo"].get("/Suspects"):
        yield "01-005: not marked as tagged, or suspect"
    if not root.get("/Lang"):
        yield "11-006: no language"
    if reader.is_encrypted:
        yield "26-001: encrypted"
    if len(reader.pages) > 1 and not reader.outline:
        yield "27: no bookmarks"


def _kinds(root: Any, tree: Element) -> Iterator[str]:
    roles = root["/StructTreeRoot"].get("/RoleMap", {})
    for element in tree.all():
        if element.kind and element.kind not in STANDARD and "/" + element.kind not in roles:
            yield f"02-001: {element.kind} is no standard type"
        allowed = MAY_HOLD.get(element.kind)
        for child in element.children:
            if allowed is not None and child.kind not in allowed:
                yield f"09-004: {element.kind} holds {child.kind}"


def _headings(tree: Element) -> Iterator[str]:
    deepest = 0
    for element in tree.all():
        if element.kind[:1] == "H" and element.kind[1:].isdigit():
            level = int(element.kind[1:])
            if level > deepest + 1:
                yield f"14-003: H{level} follows H{deepest}"
            deepest = level
    if not deepest:
        yield "14: no heading"


def _tables(tree: Element) -> Iterator[str]:
    ids = [str(e.node["/ID"]) for e in tree.all() if "/ID" in e.node]
    if len(ids) != len(set(ids)):
        yield "15: an ID is given twice"
    for table in (element for element in tree.all() if element.kind == "Table"):
        rows = [element for element in table.all() if element.kind == "TR"]
        widths = {sum(int(_attribute(cell, "/ColSpan", 1)) for cell in row.children) for row in rows}
        if len(widths) > 1 and not any(_attribute(c, "/RowSpan", 1) != 1 for r in rows for c in r.children):
            yield f"15: rows of {sorted(widths)} columns"
        heads = {str(e.node.get("/ID", "")) for e in table.all() if e.kind == "TH"}
        for cell in (element for row in rows for element in row.children):
            if cell.kind == "TH" and _attribute(cell, "/Scope", "") not in ("/Row", "/Column", "/Both"):
                yield "15-003: a header without scope"
            if cell.kind == "TD":
                named = [str(name) for name in _attribute(cell, "/Headers", [])]
                if not named or not set(named) <= heads:
                    yield f"15-003: a cell with the headers {named}"


def _attribute(element: Element, name: str, default: Any) -> Any:
    attributes = element.node.get("/A", {})
    attributes = attributes.get_object() if hasattr(attributes, "get_object") else attributes
    return attributes.get(name, default) if isinstance(attributes, dict) else default


def _figures(tree: Element) -> Iterator[str]:
    for element in tree.all():
        if element.kind in ("Figure", "Formula") and not str(element.node.get("/Alt", "")).strip():
            yield f"13-004: a {element.kind} without alternative text"


def _page(reader: Any, page: Any) -> Iterator[str]:
    annotations = [annotation.get_object() for annotation in page.get("/Annots", [])]
    if annotations and page.get("/Tabs") != "/S":
        yield "28-009: tabs do not follow the structure"
    for annotation in annotations:
        if annotation["/Subtype"] == "/Link" and not str(annotation.get("/Contents", "")).strip():
            yield "28-012: a link without description"
        if "/StructParent" not in annotation:
            yield "28-002: an annotation outside the structure"
    yield from _content(reader, page)
    for name, font in page["/Resources"].get("/Font", {}).items():
        yield from _font(name, font.get_object())


def _content(reader: Any, page: Any) -> Iterator[str]:
    """Every painted thing is tagged or an artifact, never both, and every tag is in the tree."""
    from pypdf.generic import ContentStream

    marks: list[str] = []
    numbers: set[int] = set()
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in (b"BDC", b"BMC"):
            tag = str(operands[0])
            if operator == b"BDC" and isinstance(operands[1], dict) and "/MCID" in operands[1]:
                numbers.add(int(operands[1]["/MCID"]))
            elif tag != "/Artifact":
                tag = ""
            if tag == "/Artifact" and any(mark not in ("", "/Artifact") for mark in marks):
                yield "01-003: an artifact within tagged content"
            if tag not in ("", "/Artifact") and "/Artifact" in marks:
                yield "01-004: tagged content within an artifact"
            marks.append(tag)
        elif operator == b"EMC":
            marks.pop()
        elif operator in PAINTING and not any(marks):
            yield f"01-005: {operator.decode()} outside tags and artifacts"
    known = _parents(reader, page)
    if numbers - known:
        yield f"01: contents {sorted(numbers - known)} are in no element"


def _parents(reader: Any, page: Any) -> set[int]:
    tree = reader.trailer["/Root"]["/StructTreeRoot"]["/ParentTree"]
    entries: list[Any] = []
    for part in [tree, *(kid.get_object() for kid in tree.get("/Kids", []))]:
        entries += part.get("/Nums", [])
    for key, value in zip(entries[::2], entries[1::2], strict=True):
        if int(key) == int(page["/StructParents"]):
            parents = value.get_object()
            return {number for number, parent in enumerate(parents) if parent.get_object() is not None}
    return set()


def _font(name: str, font: Any) -> Iterator[str]:
    if "/ToUnicode" not in font:
        yield f"10-001: {name} says not which letters it has"
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    descriptor = inner.get("/FontDescriptor", {})
    if font["/Subtype"] != "/Type3" and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor):
        yield f"31-009: {name} is not embedded"
