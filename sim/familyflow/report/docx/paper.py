"""A committee paper as a Word document: real headings, header rows, alternative text, and the same bytes each time."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from familyflow.report.document.blocks import Bullets, Chart, Command, Cover, Live, Paragraph, Statement, Table
from familyflow.report.words import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document as Paper
    from docx.shared import Length
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph as Line
    from docx.text.run import Run

    from familyflow.report.document.blocks import Block, Section
    from familyflow.report.figures.style import Image

_NOT_XML: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_FONT: Final = "Arial"
_INK: Final = RGBColor(0x22, 0x22, 0x22)
_SHADE: Final = "E6ECF1"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file inside, so that the same content gives the same bytes."""
_LONGEST: Final = 255
_MARGIN: Final = Cm(2)
_A4: Final = (Cm(21), Cm(29.7))
_WIDE: Final = 6
"""Columns from which a table's text is smaller."""
_SMALLEST: Final = 9
"""Columns from which it is smallest."""
_CELL_MARGIN: Final = "45"
"""Twentieths of a point beside the text of a cell."""
_FIRST: Final = 1.8
"""How much wider than another the first column of a table is."""
_SENTENCES: Final = 2.5
"""How much wider than another a column of sentences is."""


def paper(cover: Cover, sections: Sequence[Section]) -> bytes:
    """Return a report as a Word document."""
    made = Document()
    _set_up(made, cover)
    made.add_heading(_clean(cover.title), level=0)
    _fields(made, cover.fields)
    for number, section in enumerate(sections, 1):
        made.add_heading(_clean(f"{number}. {section.heading}"), level=1)
        for block in section.blocks:
            _write(made, block)
    return _packed(made)


def _set_up(made: Paper, cover: Cover) -> None:
    """Set page, language, fonts, what the file says of itself, and page numbers."""
    page = made.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.PORTRAIT, *_A4
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = _MARGIN
    properties = made.core_properties
    properties.title, properties.subject, properties.author = _short(cover.title), _short(cover.subject), "familyflow"
    properties.language, properties.comments, properties.keywords = LANGUAGE, "", ""
    for name in ("created", "modified"):
        for found in properties._element.findall(qn(f"dcterms:{name}")):  # noqa: SLF001 - the paper has no date of its own
            properties._element.remove(found)  # noqa: SLF001 - the same
    _styles(made)
    _page_number(page.footer.paragraphs[0])


def _styles(made: Paper) -> None:
    """Set the styles: one font, dark ink, the language of every text."""
    for name, size in (("Normal", 11), ("Title", 20), ("Heading 1", 14), ("List Bullet", 11), ("Caption", 10)):
        style = made.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(size), _INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{script}"), None)
        for script in ("ascii", "hAnsi", "cs"):
            fonts.set(qn(f"w:{script}"), _FONT)
    for language in made.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)


def _page_number(line: Line) -> None:
    """Put the number of the page into a line."""
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = line.add_run()
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)  # noqa: SLF001 - the library has no page numbers


def _clean(text: str) -> str:
    """Replace what no XML can hold, such as the character 0."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _short(text: str) -> str:
    """Cut a text to what a file may say of itself."""
    return _clean(text)[:_LONGEST]


def _run(line: Line, text: str) -> Run:
    """Add a text to a line."""
    return line.add_run(_clean(text))


def _fields(made: Paper, fields: Sequence[tuple[str, str]]) -> None:
    """Write what the author fills in."""
    for name, text in fields:
        line = made.add_paragraph()
        _run(line, f"{name}: ").bold = True
        _run(line, text)


def _write(made: Paper, block: Block) -> None:
    """Write a block."""
    match block:
        case Paragraph(text):
            made.add_paragraph(_clean(text))
        case Statement(text):
            _run(made.add_paragraph(), text).bold = True
        case Bullets(items):
            for each in items:
                made.add_paragraph(_clean(each), style="List Bullet")
        case Command(text):
            _run(made.add_paragraph(), text).font.name = "Courier New"
        case Table():
            _table(made, block)
        case Chart(shown, table):
            _picture(made, shown)
            _table(made, table)
        case Live(_, tables):
            for table in tables:
                _table(made, table)


def _picture(made: Paper, shown: Image) -> None:
    """Show a picture as wide as the text, with what it shows in words, and what is to be said beside it."""
    width = _A4[0] - 2 * _MARGIN
    placed = made.add_picture(BytesIO(shown.png), width=width)
    said = _clean(f"{shown.title}. {shown.description}")
    placed._inline.docPr.set("descr", said)  # noqa: SLF001 - the library has no alternative text
    if shown.note:
        made.add_paragraph(_clean(shown.note))


def _table(made: Paper, table: Table) -> None:
    """Write a table under its caption, its headings repeated on every page."""
    caption = made.add_paragraph(_clean(table.caption), style="Caption")
    caption.paragraph_format.keep_with_next = True
    columns = len(table.headings)
    size = Pt(9.5 if columns < _WIDE else 8.5 if columns < _SMALLEST else 8)
    rows = made.add_table(rows=1, cols=columns, style="Table Grid")
    rows.autofit = False
    _narrow(rows._tblPr)  # noqa: SLF001 - the library has no margins of cells
    _fill(rows.rows[0].cells, table.headings, size, table.prose)
    _repeat(rows.rows[0]._tr)  # noqa: SLF001 - the library has no header rows
    for heading, lines in table.groups:
        if heading:
            _group(rows.add_row().cells, heading, size)
        for cells in lines:
            row = rows.add_row()
            _fill(row.cells, cells, size, table.prose)
            _whole(row._tr)  # noqa: SLF001 - nor rows that stay on one page
    for cell in rows.rows[0].cells:
        _shade(cell)
        for line in cell.paragraphs:
            for run in line.runs:
                run.bold = True
    _widths(rows.columns, table)
    made.add_paragraph()


def _fill(cells: Sequence[_Cell], texts: Sequence[str], size: Length, prose: frozenset[int]) -> None:
    """Write a row: words to the left, numbers to the right, what is below an average smaller."""
    for rank, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        first, *rest = text.split("\n")
        line = cell.paragraphs[0]
        line.paragraph_format.space_after = Pt(0)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT if rank and rank not in prose else WD_ALIGN_PARAGRAPH.LEFT
        _run(line, first).font.size = size
        for each in rest:
            line.add_run().add_break()
            _run(line, each).font.size = Pt(size.pt - 1)


def _group(cells: Sequence[_Cell], heading: str, size: Length) -> None:
    """Write a group's heading across all columns."""
    joined = cells[0].merge(cells[-1])
    line = joined.paragraphs[0]
    line.paragraph_format.space_after, line.paragraph_format.keep_with_next = Pt(0), True
    run = _run(line, heading)
    run.font.size, run.bold = size, True


def _widths(columns: Sequence[object], table: Table) -> None:
    """Share the width of the text between columns: more to the first, and to sentences."""
    shares = [
        _FIRST if rank == 0 else _SENTENCES if rank in table.prose else 1.0 for rank in range(len(table.headings))
    ]
    unit = (_A4[0] - 2 * _MARGIN) / sum(shares)
    for column, share in zip(columns, shares, strict=True):
        column.width = int(unit * share)  # type: ignore[attr-defined]
        for cell in column.cells:  # type: ignore[attr-defined]
            cell.width = int(unit * share)


def _narrow(properties: object) -> None:
    """Leave less room beside the text of a table's cells than Word does, so that ranges stay on one line."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), _CELL_MARGIN)
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties.append(margins)  # type: ignore[attr-defined]


def _repeat(row: object) -> None:
    """Make a row the heading of every page that its table reaches."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row.get_or_add_trPr().append(mark)  # type: ignore[attr-defined]
    _whole(row)


def _whole(row: object) -> None:
    """Keep a row on one page."""
    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # type: ignore[attr-defined]


def _shade(cell: _Cell) -> None:
    """Shade a heading."""
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - the library has no shading


def _packed(made: Paper) -> bytes:
    """Pack a document so that the same content gives the same bytes."""
    loose, packed = BytesIO(), BytesIO()
    made.save(loose)
    with ZipFile(loose) as read, ZipFile(packed, "w", ZIP_DEFLATED) as write:
        for name in read.namelist():
            entry = ZipInfo(name, _EPOCH)
            entry.compress_type = ZIP_DEFLATED
            write.writestr(entry, read.read(name))
    return packed.getvalue()
