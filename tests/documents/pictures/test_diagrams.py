"""The pictures: two independent parsers read every one of them."""

from __future__ import annotations

import re

import mermaidx
import merman
import pytest

from sdcli.design import KINDS, Component, Design, Flow
from sdcli.documents.pictures.flowchart import topology
from sdcli.documents.pictures.paths import calls
from sdcli.documents.pictures.sequence import sequence
from sdcli.documents.text.escape import label

# words that mean something to Mermaid, as names of components
NAMES = (
    "end",
    "default",
    "style",
    "graph",
    "participant",
    "note",
    "alt",
    "class",
    "click",
    "o",
    "x",
)
TEXTS = [
    'a "quoted" word',
    "`code`",
    "%%{init: {}}%%",
    "%% no comment",
    "a;b",
    "a--b",
    "<br/>",
    "#35;",
    "a|b",
    "{x} [y] (z)",
    "two\nlines",
    "back\\slash",
    "日本語 é",
    "__x__",
    "-->",
    ":::",
    "$$x$$",
    "a: b",
    "end",
    "@{ shape: x }",
]


def parse(diagram: str) -> None:
    found = merman.Merman().validate(diagram, None)
    assert found.valid, (found.error, diagram)


def everything() -> Design:
    kinds = {kind.replace("-", "_"): Component(kind=kind) for kind in KINDS}
    words = {name: Component(kind="service") for name in NAMES}
    return Design(
        id="all",
        title="All",
        components={**kinds, **words},
        flows={
            "read": Flow(path="client -> load_balancer -> service -> cache | cdn | kv_store"),
            "write": Flow(path="client -> rate_limiter -> queue | database -> end -> kv_cluster"),
            "end": Flow(path="client | x -> default | style -> graph | participant"),
            "alt": Flow(path="o -> hash_ring -> object_store"),
        },
    )


def test_every_kind_every_arrow_and_every_reserved_word_parses_in_both_parsers():
    design = everything()
    for name in design.flows:
        parse(sequence(design, name))
    parse(topology(design))
    mermaidx.render(sequence(design, "end")).svg()  # half a second each, so not all of them
    mermaidx.render(topology(design)).svg()


@pytest.mark.parametrize("text", TEXTS)
def test_a_hostile_label_stays_a_label(text):
    shown = label(text)
    parse(f'flowchart TD\n    accDescr: {shown}\n    n1["{shown}"]\n    n1 -.->|"{shown}"| n1')
    parse(
        f"sequenceDiagram\n    accTitle: {shown}\n    participant n1 as {shown}\n"
        f"    n1->>n1: {shown}\n    alt {shown}\n    n1->>n1: x\n    else {shown}\n"
        "    n1->>n1: y\n    end"
    )


def test_the_parsers_of_these_tests_do_refuse():
    for broken in ('flowchart TD\n    n1["open', "sequenceDiagram\n    n1->>n2 no colon"):
        assert not merman.Merman().validate(broken, None).valid


def test_the_topology_has_the_parts_of_the_design_and_no_others():
    design = Design(
        id="s",
        title="S",
        components={
            "web": Component(kind="service"),
            "cache": Component(kind="cache"),
            "store": Component(kind="kv-store"),
            "spare": Component(kind="queue"),
        },
        flows={
            "read": Flow(path="client -> web -> cache | store"),
            "write": Flow(path="client -> web -> store"),
        },
    )
    assert topology(design).splitlines() == [
        "flowchart TD",
        "    accTitle: Components and who calls whom",
        "    accDescr: client calls web, web calls cache, web calls store, spare is in no flow",
        '    n1(["client"])',
        '    n2["web (service)"]',
        '    n3("cache")',
        '    n4[("store (key-value store)")]',
        '    n5[["spare (message queue)"]]',
        "    n1 --> n2",
        "    n2 --> n3",
        "    n2 --> n4",  # one flow always calls it, so the line is solid
    ]
    assert "acc" not in topology(design, described=False)


def test_a_miss_goes_to_the_alternative_and_a_queue_answers_nobody():
    design = Design(
        id="s",
        title="S",
        components={
            "cache": Component(kind="cache"),
            "store": Component(kind="kv-store"),
            "q": Component(kind="queue"),
            "worker": Component(kind="service"),
        },
        flows={
            "read": Flow(path="client -> cache | store"),
            "write": Flow(path="client -> q -> worker"),
        },
    )
    read = [line.strip() for line in sequence(design, "read").splitlines()]
    assert read[read.index("n1->>n2: read") :] == [
        "n1->>n2: read",
        "alt cache serves",
        "n2-->>n1: answer",
        "else cache misses or fails",
        "n1->>n3: read",
        "n3-->>n1: answer",
        "end",
    ]
    write = [line.strip() for line in sequence(design, "write").splitlines()]
    assert write[-3:] == [
        "n1-)n2: write",
        "n2-)n3: write",
        "Note over n2: if worker does not finish, the message waits and is delivered again",
    ]


def test_what_a_cache_serves_needs_nothing_further_and_a_standby_goes_on():
    parts = {name: Component(kind="service") for name in ("a", "b", "c")}
    parts["cache"] = Component(kind="cache")
    design = Design(
        id="s",
        title="S",
        components=parts,
        flows={
            "hit": Flow(path="client -> cache | a -> b"),
            "standby": Flow(path="client -> a | b -> c"),
            "through": Flow(path="client -> cache -> a"),
        },
    )

    def called(name: str) -> list[tuple[str, str, str]]:
        found = [step for call in calls(design, design.flows[name]) for step in call.steps()]
        return [(step.caller, step.callee, step.condition) for step in found]

    assert called("hit") == [
        ("client", "cache", ""),
        ("client", "a", "if cache misses or fails"),
        ("a", "b", ""),
    ]
    assert called("standby") == [
        ("client", "a", ""),
        ("a", "c", ""),
        ("client", "b", "if a fails"),
        ("b", "c", ""),
    ]
    assert called("through") == [("client", "cache", ""), ("cache", "a", "")]


def test_every_diagram_of_a_document_parses_and_has_a_table_beside_it(built):
    found = re.findall(r"```mermaid\n(.*?)\n```\n\n(\|)?", built.text, re.DOTALL)
    kinds = [diagram.split()[0] for diagram, _ in found]
    assert [kind for kind in kinds if kind != "xychart-beta"] == [
        "flowchart",  # the context
        "erDiagram",
        "flowchart",  # the topology
        "sequenceDiagram",
    ]
    for diagram, table in found:
        assert table
        assert "accTitle:" in diagram
        assert "accDescr:" in diagram
        parse(diagram)
