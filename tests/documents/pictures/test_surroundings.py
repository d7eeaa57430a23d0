"""The system as one box, and who lies around it."""

from __future__ import annotations

import mermaidx
import merman
import pytest

from sdcli.design import Component, Design, Flow
from sdcli.documents.pictures.context import context, neighbours


def design(title: str = "Shop", **flows: str) -> Design:
    kinds = {"web": "service", "db": "database", "q": "queue", "pay": "external", "fx": "external"}
    parts = {name: Component(kind=kind) for name, kind in kinds.items()}
    parts["pay"] = Component(kind="external", role="takes the money")
    paths = {name: Flow(path=path) for name, path in flows.items()}
    return Design(id="s", title=title, components=parts, flows=paths)


def test_what_is_inside_folds_into_one_box():
    one = design(buy="client -> web -> db", bill="client -> web -> pay", back="pay -> web -> q")
    text = context(one)
    assert text.splitlines() == [
        "flowchart LR",
        "    accTitle: The system and what lies around it",
        "    accDescr: client calls Shop, Shop calls pay, pay calls Shop, fx is in no flow",
        '    n1["Shop"]',
        '    n2(["client"])',
        '    n3[["pay (external system)"]]',
        '    n4[["fx (external system)"]]',
        "    n2 --> n1",
        "    n1 --> n3",
        "    n3 --> n1",
    ]
    mermaidx.render(text).svg()
    assert "acc" not in context(one, described=False)


def test_a_neighbour_says_who_calls_whom_and_in_which_flows():
    found = neighbours(design(buy="client -> web", bill="client -> web -> pay", back="pay -> web"))
    assert [(one.name, one.role, one.directions, one.flows) for one in found] == [
        ("client", "", ("calls this system",), ("buy", "bill")),
        (
            "pay",
            "takes the money",
            ("called by this system", "calls this system"),
            ("bill", "back"),
        ),
        ("fx", "", (), ()),
    ]


def test_neighbours_that_meet_outside_are_drawn_as_they_are():
    found = neighbours(design(pay="client -> pay -> web"))
    assert [(one.name, one.directions) for one in found[:2]] == [
        ("client", ("calls pay",)),
        ("pay", ("called by client", "calls this system")),
    ]


def test_a_call_that_is_made_only_when_another_fails_is_dashed():
    assert '    n1 -.->|"if pay fails"| n4' in context(design(x="client -> web -> pay | fx"))


@pytest.mark.parametrize("title", ["end", 'a "b" <br/>', "", "  ", "%%{init}%%", "```"])
def test_any_title_makes_a_box(title):
    text = context(design(title, x="client -> web"))
    assert merman.Merman().validate(text, None).valid


def test_without_flows_the_client_is_no_neighbour():
    assert [one.name for one in neighbours(design())] == ["pay", "fx"]
