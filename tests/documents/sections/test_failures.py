"""How a design may fail, whether it survives, and which part nobody thought of."""

from __future__ import annotations

import pytest

from sdcli.documents.text.markers import blocks_of, pieces

WEB = """\
schema: sdcli/1
id: shop
title: Web
profile: rfc
assumptions: {load: {value: 2k request/s}}
components:
  ring: {kind: hash-ring}
  gate: {kind: rate-limiter, params: {rate: 10 request/s, burst: 20 request}}
  web: {kind: service, params: {instances: 3}}
  pay: {kind: external}
  store: {kind: kv-store, params: {availability: 99 %}, evidence: [{run: queue}]}
failures:
  - id: X1
    of: web
    mode: one server stops
    effect: a third is gone
    detection: health check
    response: it is left out
    survives_if: (web.instances - 1) * 1k request/s >= load
  - {id: X2, of: web, mode: two stop, survives_if: (web.instances - 2) * 1k request/s >= load}
  - {id: X3, of: store, mode: it is slow, survives_if: store.p99 <= 100 ms}
  - {id: X4, mode: the region is gone}
"""


@pytest.fixture
def web(desk):
    desk.design.write_text(WEB)
    desk.build()
    return desk


def section(desk) -> str:
    return blocks_of(pieces(desk.text, "d"))["failures"].text


def test_each_failure_is_judged_by_the_numbers_which_are_shown(web):
    text = section(web)
    assert (
        "| X1 | `web` | one server stops | a third is gone | health check | it is left out"
        " | **survived** |"
    ) in text
    # two servers carry 2k, just enough; one carries 1k, which is not
    assert (
        "- X2 asks for `(web.instances - 2) * 1k request/s >= load`: **not survived**,"
        " load is 2k request/s, web.instances is 3\n"
    ) in text
    assert "**not measured**, store.p99 has no number: queue needs rate" in text
    assert "| X4 | the whole | the region is gone | not given | not given | not given |" in text
    assert text.count("- X") == 3


def test_parts_that_requests_go_through_and_no_failure_mentions_are_named(web):
    assert "No failure is written down for: gate, pay." in section(web)  # a ring only says where
    web.change("{id: X2, of: web", "{id: X2, of: gate")
    web.change("- {id: X4, mode", "- {id: X4, of: pay, mode")
    web.build()
    assert "No failure is written down" not in section(web)


def test_a_failure_that_is_not_survived_is_a_note_of_the_check(web):
    found = web.check()
    assert [(note.where, note.fails) for note in found.findings if note.kind == "failure"] == [
        ("failures.X2.survives_if", False)
    ]
    assert found.state != "stale"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("instances: 3", "instances: 4", "components.web.params.instances"),
        ("load: {value: 2k", "load: {value: 3k", "assumptions.load.value"),
        ("kind: external", "kind: hash-ring", "components.pay.kind"),
        ("of: store, mode", "of: web, mode", "failures.X3.of"),
    ],
)
def test_what_the_section_rests_on_makes_it_stale(web, old, new, key):
    web.change(old, new)
    state = {block.id: block for block in web.check(fast=True).blocks}["failures"]
    assert (state.state, state.key) == ("input-stale", key)


def test_an_interview_lists_failures_as_not_shown(web):
    web.change("profile: rfc", "profile: interview")
    web.build()
    assert "## Failures" not in web.text
    assert "- Failures (in the design, not in the profile interview)" in web.text
