"""Flows with their rate, their budget and their failure; requirements with load and window."""

from __future__ import annotations

import pytest

from sdcli.documents.text.markers import blocks_of, pieces

DESIGN = """\
schema: sdcli/1
id: shop
title: Links
profile: rfc
nouns: [link]
requirements:
  quality:
    - {id: Q1, metric: estimate.rate, op: "<=", target: 50 link/s, load: busy, window: 1 day}
    - {id: Q2, text: it is fast}
assumptions: {writes: {value: 100M link/month}, busy: {value: 90 link/s}}
estimates: {rate: {formula: writes, unit: link/s}}
components:
  web: {kind: service}
  q: {kind: queue, params: {delivery: at-least-once}}
  worker: {kind: service}
  cache: {kind: cache}
  store: {kind: kv-store}
flows:
  write: {path: client -> web -> store, rate: rate, budget: 200 ms, fails: "503 | later"}
  read: {path: client -> cache | store, budget: 1 s}
  late: {path: web -> q -> worker, rate: 5 link/s}
"""


@pytest.fixture
def links(desk):
    desk.design.write_text(DESIGN)
    desk.build()
    return desk


def block(desk, name: str) -> list[str]:
    return blocks_of(pieces(desk.text, "d"))[name].text.strip().splitlines()


def rows(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(("| `", "- `"))]


def test_a_flow_says_how_often_how_long_and_what_its_caller_sees(links):
    lines = block(links, "flow/write")
    assert "Taken `rate` = 38.58 link/s; may take `200 ms`." in lines
    assert r"When the last part on its path fails, its caller sees: 503 \| later" in lines
    assert rows(lines) == [
        "| `client` | `web` | always | awaited |",
        "| `web` | `store` | always | awaited |",
        "| `store` | `web` | if store fails | error |",
        r"| `web` | `client` | if store fails | 503 \| later |",
    ]
    assert "May take `1 s`." in block(links, "flow/read")
    assert "Taken `5 link/s`." in block(links, "flow/late")


def test_alternatives_are_the_failure_path_of_a_flow_that_says_no_more(links):
    assert rows(block(links, "flow/read")) == [
        "| `client` | `cache` | always | awaited |",
        "| `client` | `store` | if cache misses or fails | awaited |",
    ]


def test_what_becomes_of_a_queued_message_stands_below_the_table(links):
    assert rows(block(links, "flow/late"))[-1] == (
        "- `q`: if worker does not finish, the message waits and is delivered again"
    )
    links.change("at-least-once", "at-most-once")
    links.build()
    assert rows(block(links, "flow/late"))[-1] == (
        "- `q`: if worker does not finish, the message is lost"
    )


def test_load_and_window_stand_there_only_when_a_requirement_has_them(links):
    lines = block(links, "requirements")
    assert "| Id | Requirement | Metric | Target | Load | Window | Measured | Verdict |" in lines
    assert (
        "| Q1 | rate | `estimate.rate` | `<= 50 link/s` | `busy` = 90 link/s | `1 day`"
        " | 38.58 link/s | **met** |" in lines
    )
    assert "| Q2 | it is fast |  |  |  |  |  | **unmeasured** |" in lines
    links.change(", load: busy, window: 1 day", "")
    links.build()
    lines = block(links, "requirements")
    assert "| Id | Requirement | Metric | Target | Measured | Verdict |" in lines
    assert "|---|---|---|---|---|---|" in lines


@pytest.mark.parametrize(
    ("old", "new", "name", "key"),
    [
        ("100M", "90M", "flow/write", "assumptions.writes.value"),
        ("budget: 1 s", "budget: 2 s", "flow/read", "flows.read.budget"),
        ("rate: 5 link/s", "rate: 6 link/s", "flow/late", "flows.late.rate"),
        ("at-least-once", "at-most-once", "flow/late", "components.q.params.delivery"),
        ("cache: {kind: cache}", "cache: {kind: database}", "flow/read", "components.cache.kind"),
        ("window: 1 day", "window: 2 day", "requirements", "requirements.quality.Q1.window"),
        ("100M", "90M", "requirements", "assumptions.writes.value"),
        ("90 link", "91 link", "requirements", "assumptions.busy.value"),
    ],
)
def test_every_key_that_is_read_is_named_when_it_changes(links, old, new, name, key):
    links.change(old, new)
    found = {state.id: state for state in links.check(fast=True).blocks}[name]
    assert (found.state, found.key) == ("input-stale", key)


def test_another_word_for_the_failure_makes_nothing_stale(links):
    links.change("503 | later", "a page that says sorry")
    assert links.not_fresh(fast=True) == {}
