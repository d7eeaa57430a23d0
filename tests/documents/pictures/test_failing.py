"""Every flow shows how it fails, in its picture; a queue keeps what its taker failed on."""

from __future__ import annotations

import mermaidx
import merman
import pytest

from sdcli.design import Component, Design, Flow
from sdcli.documents.pictures.sequence import sequence


def design(path: str, fails: str = "", delivery: str = "") -> Design:
    parts = {name: Component(kind="service") for name in ("lb", "web", "worker")}
    stores = {"db": "database", "cache": "cache", "store": "kv-store"}
    parts |= {name: Component(kind=kind) for name, kind in stores.items()}
    parts["q"] = Component(kind="queue", params={"delivery": delivery} if delivery else {})
    flows = {"go": Flow(path=path, fails=fails)}
    return Design(id="s", title="S", components=parts, flows=flows)


def drawn(*args: str) -> list[str]:
    text = sequence(design(*args), "go")
    assert merman.Merman().validate(text, None).valid
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines[3:] if not line.startswith("participant")]


def test_the_error_goes_back_to_the_caller_who_sees_what_the_flow_says():
    assert drawn("client -> lb -> db", "503; try again") == [
        "n1->>n2: go",
        "n2->>n3: go",
        "alt db answers",
        "n3-->>n2: answer",
        "n2-->>n1: answer",
        "else db fails",
        "n3--xn2: error",
        "n2--xn1: 503#59; try again",
        "end",
    ]


def test_a_flow_with_alternatives_fails_when_the_last_resort_does_if_it_says_how():
    assert "break" not in "".join(drawn("client -> web -> cache | store"))
    assert drawn("client -> web -> cache | store", "an old page") == [
        "n1->>n2: go",
        "n2->>n3: go",
        "alt cache serves",
        "n3-->>n2: answer",
        "else cache misses or fails",
        "n2->>n4: go",
        "break store fails",
        "n4--xn2: error",
        "n2--xn1: an old page",
        "end",
        "n4-->>n2: answer",
        "end",
        "n2-->>n1: answer",
    ]


def test_the_caller_of_a_queue_never_sees_what_fails_behind_it():
    assert drawn("client -> web -> q -> worker -> db", "never seen") == [
        "n1->>n2: go",
        "n2-)n3: go",
        "n3-)n4: go",
        "n4->>n5: go",
        "alt db answers",
        "n5-->>n4: answer",
        "else db fails",
        "n5--xn4: error",
        "Note over n3: if worker does not finish, the message waits and is delivered again",
        "end",
        "n2-->>n1: answer",
    ]


def test_the_last_part_that_is_waited_for_may_stand_before_a_queue():
    assert drawn("client -> web -> q") == [
        "n1->>n2: go",
        "alt web answers",
        "n2-)n3: go",
        "n2-->>n1: answer",
        "else web fails",
        "n2--xn1: error",
        "end",
        "Note over n3: the message waits until it is taken, and again if its taker fails",
    ]


@pytest.mark.parametrize(
    ("path", "delivery", "note"),
    [
        ("web -> q -> worker", "", "waits and is delivered again"),
        ("web -> q -> worker", "exactly-once", "waits and is delivered again"),
        ("web -> q -> worker", "at-most-once", "the message is lost"),
        ("web -> q", "at-most-once", "and is lost if its taker fails"),
    ],
)
def test_a_queue_that_delivers_at_most_once_loses_what_fails(path, delivery, note):
    last = drawn(path, "", delivery)[-1]
    assert last.startswith("Note over n2: ")
    assert note in last


def test_a_queue_with_two_takers_speaks_of_the_last_one():
    notes = [line for line in drawn("web -> q -> worker | db") if "finish" in line]
    assert notes == [
        "Note over n2: if db does not finish, the message waits and is delivered again"
    ]


def test_each_of_two_callers_has_its_own_failure():
    assert [line for line in drawn("client | lb -> web") if "--x" in line] == [
        "n3--xn1: error",
        "n3--xn2: error",
    ]


def test_the_description_says_where_the_error_goes():
    text = sequence(design("client -> web -> db"), "go")
    assert "accDescr: client then web then db, if db fails, the error goes to client" in text


def test_every_form_of_failure_parses_in_the_other_parser_too():
    for one in (
        design("client -> web -> cache | store -> q", 'say "end"; %%'),
        design("client -> web -> q -> worker -> db", "x"),
    ):
        mermaidx.render(sequence(one, "go")).svg()
