"""`sdcli doc show`: pictures in the terminal, and the table where there is no picture."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from sdcli.cli import page
from sdcli.cli.app import app
from sdcli.cli.chart import Chart, chart_of
from sdcli.cli.screen import console, draw_mermaid
from sdcli.core.errors import InputError
from sdcli.documents import build
from sdcli.documents.starter import pattern


def run(*words):
    result = CliRunner().invoke(app, ["doc", "show", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


@pytest.fixture
def design(tmp_path):
    path = tmp_path / "design.yaml"
    path.write_text(pattern("web-service-with-cache", "mine"))
    return path


def shown(text, capsys):
    capsys.readouterr()
    page.show(console(), text)
    return capsys.readouterr().out


def test_everything_is_drawn_within_80_columns_without_colour(design):
    told = run(design)
    for heading in ("Context", "Data model", "High-level design", "Flow read", "Growth"):
        assert heading in told.splitlines()
    assert "│ lb (load balancer) │" in told  # the topology
    assert "│[alt] cache serves" in told  # a flow
    assert "│ uuid owner_id  PK │" in told  # the data model
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) <= 80
    assert "```" not in told
    assert "<!--" not in told


def test_a_document_and_a_folder_show_their_design(design):
    document = build(design).document
    assert run(document) == run(design) == run(design.parent)


def test_one_block_alone_may_be_any_block(design):
    told = run(design, "--only", "requirements")
    assert "pages are fast at the peak" in told
    assert "Growth" not in told
    with pytest.raises(InputError) as caught:
        run(design, "--only", "topologie")
    assert caught.value.fix == "did you mean topology?"


def test_growth_is_a_table_with_bars_and_the_limit_in_them(design):
    lines = run(design, "--only", "growth").splitlines()
    assert ["After", "cold_rate", "│", "is", "the", "limit"] in [line.split() for line in lines]
    rows = [line for line in lines if "█" in line]
    assert len(rows) >= 10
    assert rows[0].count("█") < rows[12].count("█")
    # today 1,042 of a limit of 5,000 requests a second: the mark stands at the far end
    assert all(line.endswith("│") for line in rows[:13])


def test_a_picture_that_does_not_fit_is_left_to_its_table(capsys):
    wide = "\n".join(f'    n{i}["{"x" * 30} {i}"]' for i in range(12))
    wide += "\n" + "\n".join(f"    n{i} --> n11" for i in range(11))
    told = shown(
        f"```mermaid\nflowchart TD\n{wide}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", capsys
    )
    assert "The drawing does not fit here; the table says the same." in told
    assert "a  b\n1  2\n" in told


def test_a_picture_that_cannot_be_drawn_is_left_to_its_table(capsys, monkeypatch):
    monkeypatch.setattr(page, "draw_mermaid", lambda *_: 1 / 0)
    assert "the table says the same" in shown("```mermaid\nflowchart TD\n    n1\n```\n", capsys)


def test_a_table_that_is_too_wide_is_read_row_by_row(capsys):
    head = " | ".join(f"Heading{i}" for i in range(9))
    row = " | ".join(f"value-number-{i}" for i in range(8)) + " | "
    told = shown(f"| {head} |\n|{'---|' * 9}\n| {row} |\n", capsys)
    assert told.splitlines()[:3] == [
        "value-number-0",
        "  Heading1: value-number-1",
        "  Heading2: value-number-2",
    ]
    assert "Heading8" not in told  # empty


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        (r"a \| b &lt;script&gt; \_x\_ write_rate", "a | b <script> _x_ write_rate"),
        ("**met**: `a | b` &amp;amp; c", "met: a | b &amp; c"),
        ("## Title `x`", "Title x"),
        ("- one\n- two\n\nthree", "- one\n- two\n\nthree"),
        ("a\nb", "a b"),
        ("<!-- hidden -->\nseen", "seen"),
        ("\x1b[31mred", "[31mred"),
    ],
)
def test_markdown_reads_as_its_author_wrote_it(markdown, expected, capsys):
    assert shown(markdown, capsys).strip() == expected


def test_bars_inside_a_cell_do_not_cut_it(capsys):
    told = shown("| a | b |\n|---|---|\n| `cache \\| store` | x \\| y |\n", capsys)
    assert "cache | store  x | y" in told


@pytest.mark.parametrize(
    ("chart", "width", "bars"),
    [
        (Chart((1.0, 2.0), ()), 4, ["██··", "████"]),
        (Chart((0.0, 4.0), ((2.0, 2.0),)), 4, ["·│··", "█│██"]),
        (Chart((0.0, 0.0), ()), 4, []),
        (Chart((-1.0, 1.0), ()), 4, ["····", "████"]),
    ],
)
def test_bars(chart, width, bars):
    assert chart.bars(width) == bars


def test_a_chart_is_read_from_its_diagram():
    diagram = (
        'xychart-beta\n    title "t"\n    x-axis "m" [0, 1]\n    line [1, 2.5]\n    line [2, 2]'
    )
    assert chart_of(diagram) == Chart((1.0, 2.5), ((2.0, 2.0),))
    assert chart_of("flowchart TD") is None


def test_codes_of_characters_are_drawn_as_the_characters():
    drawing = draw_mermaid(
        'flowchart TD\n    n1["50 #37; #35;1"]\n    n2["#60;b#62; end"]\n    n1 --> n2'
    )
    assert "│ 50 % #1 │" in drawing
    assert "<b> end" in drawing
    widths = {len(line) for line in drawing.splitlines() if line.strip().startswith(("│", "┌"))}
    assert len(widths) == 1
