from __future__ import annotations

from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from familyflow.report import console
from familyflow.report.document.blocks import Bullets, Command, Paragraph, Section, Statement, Table

WORDS = st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=300)


def printed(*sections: Section) -> list[str]:
    file = StringIO()
    console.show(sections, file)
    return [line.rstrip() for line in file.getvalue().splitlines()]


@given(WORDS, WORDS, WORDS)
def test_every_line_fits_the_width_whatever_is_said(heading: str, said: str, cell: str) -> None:
    table = Table("t", said, ("", "Number"), [(heading, [[cell, "1"]])], widths=(40, 20))
    lines = printed(Section("s", heading, [Paragraph(said), Statement(said), Bullets([said, cell]), table]))
    assert max((len(line) for line in lines), default=0) <= console.WIDTH


def test_what_looks_like_markup_is_printed_as_it_is() -> None:
    said = printed(Section("s", "[bold]a[/bold]", [Paragraph("[red]b[/red] :smile:"), Command("run [x]")]))
    assert [line.split(" ─")[0] for line in said] == ["", "[bold]a[/bold]", "[red]b[/red] :smile:", "  run [x]"]


def test_rows_are_indented_below_the_heading_of_their_group_and_numbers_stand_to_the_right() -> None:
    table = Table(
        "t", "", ("", "Average"), [("Children", [["in care", "5"], ["on plans", "12"]]), ("", [["all", "17"]])]
    )
    *_, group, one, two, last = printed(Section("s", "", [table]))
    assert (group, one.split()[0], last.split()[0]) == ("Children", "in", "all")
    assert one.startswith("  in care")
    assert len(one) == len(two) == len(last)


def test_a_table_of_given_widths_has_its_headings_once_and_its_groups_between() -> None:
    groups = [("Nobody\nasked, by June\nnot within the run", []), ("One\nsmall", [["a", "1"]]), ("Two", [["b", "2"]])]
    said = printed(Section("s", "", [Table("t", "", ("", "Met in"), groups, widths=(30, 8))]))
    assert sum("Met in" in line for line in said) == 1
    assert [line for line in said if line in {"Nobody", "not within the run", "One", "small", "Two"}] == [
        *("Nobody", "not within the run", "One", "small", "Two"),
    ]


def test_a_section_without_a_heading_has_no_rule() -> None:
    assert printed(Section("s", "", [Paragraph("said")])) == ["said"]
