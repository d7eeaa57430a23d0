"""The context and the scope, as a reader finds them."""

from __future__ import annotations

import pytest

from sdcli.documents.text.markers import blocks_of, pieces


def block(desk, name: str) -> str:
    return blocks_of(pieces(desk.text, "d"))[name].text


def test_the_context_has_a_picture_and_names_every_neighbour(desk):
    desk.change(
        "title: Shop", "title: Shop\ncontext: |\n  Links are long.\n\n  - nobody types them"
    )
    desk.change("  lb: {", '  pay: {kind: external, role: "takes money"}\n  lb: {')
    desk.build()
    text = block(desk, "context")
    assert (
        "## Context\n\nLinks are long.\n\n- nobody types them\n\n```mermaid\nflowchart LR" in text
    )
    assert "| `client` | whoever uses the system | calls this system | redirect |" in text
    assert "| `pay` | takes money | none: in no flow |  |" in text


def test_without_a_neighbour_there_is_no_picture(desk):
    desk.change("  redirect: client -> lb", "  redirect: lb")
    desk.build()
    assert block(desk, "context").strip().splitlines() == [
        "## Context",
        "",
        (
            "No neighbour is known: no flow begins at the client, and no component is an external"
            " system."
        ),
    ]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("kind: kv-store", "kind: external", "components.store.kind"),
        ("cache | store", "store", "flows.redirect.path"),
    ],
)
def test_what_the_picture_shows_makes_it_stale(built, old, new, key):
    built.change(old, new)
    found = {state.id: state for state in built.check(fast=True).blocks}["context"]
    assert (found.state, found.key) == ("input-stale", key)


def test_a_role_that_a_neighbour_gets_makes_the_table_stale(desk):
    desk.change("  lb: {", "  pay: {kind: external}\n  lb: {")
    desk.build()
    desk.change("pay: {kind: external", "pay: {kind: external, role: takes money")
    found = {state.id: state for state in desk.check(fast=True).blocks}["context"]
    assert (found.state, found.key) == ("input-stale", "components.pay.role")


def test_goals_and_what_is_out_of_scope_stand_in_two_lists(built):
    assert block(built, "scope").strip().splitlines() == [
        *("## Goals", "", "- a link is short", ""),
        *("## Out of scope", "", "- accounts"),
    ]


@pytest.mark.parametrize(
    ("gone", "left"), [("goals: [a link is short]\n", "Out"), ("out_of_scope: [accounts]\n", "G")]
)
def test_one_of_the_two_alone_stands_alone(desk, gone, left):
    desk.change(gone, "")
    desk.build()
    text = block(desk, "scope").strip()
    assert text.startswith(f"## {left}")
    assert text.count("##") == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [("a link is short", "a link is very short"), ("[accounts]", "[sign-in]")],
)
def test_another_wording_makes_no_number_stale(built, old, new):
    built.change(old, new)
    assert built.not_fresh(fast=True) == {}


def test_one_goal_more_is_no_wording(built):
    built.change("[a link is short]", "[a link is short, it never ends]")
    assert built.not_fresh(fast=True) == {"scope": "input-stale"}
