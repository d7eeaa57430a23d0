"""What concerns every part, how it reaches its users, and what is asked before production."""

from __future__ import annotations

import pytest

from sdcli.documents.text.markers import blocks_of, pieces

SITE = """\
schema: sdcli/1
id: shop
title: Site
profile: full
assumptions: {load: {value: 2k request/s}, first: {value: 5 %}}
estimates: {peak: {formula: load * 3, unit: request/s}}
requirements:
  quality:
    - id: Q1
      text: carries the peak
      metric: estimate.peak
      op: "<="
      target: 9k request/s
      load: 1k request/s
      window: 1 day
    - {id: Q2, text: nice to use}
    - {id: Q3, metric: estimate.peak, op: ">=", target: 1 request/s}
cross_cutting:
  - {topic: Security and abuse, text: "Everybody signs in.\\n\\n- with a key"}
rollout:
  stages:
    - {stage: canary, share: first, watch: errors, go_if: peak <= 9k request/s}
    - {stage: half, share: 50 %, go_if: peak <= 1k request/s}
    - {stage: everybody}
  rollback: Point the balancer back.
  readiness:
    - {question: How is it turned off?, answer: "With a flag.\\n\\n- at once"}
    - {question: Who is called at night?}
"""
OTHERS = [
    "- What breaks when it is rolled back?",
    "- Which metrics tell that it works?",
    "- What does it depend on?",
    "- What does it add in calls, size and resources?",
    "- How is an outage found and mended?",
]


@pytest.fixture
def site(desk):
    desk.design.write_text(SITE)
    desk.build()
    return desk


def section(desk, name: str) -> str:
    return blocks_of(pieces(desk.text, "d"))[name].text


def test_stages_are_tested_by_the_numbers_of_the_design(site):
    text = section(site, "rollout")
    # the peak is 3 * 2k = 6k
    row = "| canary | 5% | errors | `peak <= 9k request/s` | **holds** (peak is 6k request/s) |"
    assert row in text
    assert "| `peak <= 1k request/s` | **does not hold** (peak is 6k request/s) |" in text
    assert "| everybody | not given | not given | not given | nothing to test |" in text
    assert "Point the balancer back." in text


def test_no_way_back_is_said(site):
    site.change("  rollback: Point the balancer back.\n", "")
    site.build()
    assert "No way back is written down." in section(site, "rollout")
    assert "- Rollback" in section(site, "not-covered")


def test_questions_without_an_answer_are_open_the_usual_ones_too(site):
    text = section(site, "readiness")
    assert "**How is it turned off?**\n\nWith a flag.\n\n- at once\n" in text
    assert [line for line in text.splitlines() if line.startswith("- ")][1:] == [
        "- Who is called at night?",
        *OTHERS,
    ]


@pytest.mark.parametrize(
    ("question", "closed"),
    [
        ("Does a rollback lose data?", 0),
        ("By which indicators do we see that it works?", 1),
        ("Which services does it depend on?", 2),
        ("How many calls does it make?", 3),
        ("What do we do in an incident?", 4),
    ],
)
def test_a_usual_question_in_other_words_is_not_asked_twice(site, question, closed):
    site.change("Who is called at night?}", f"{question}, answer: yes}}")
    site.build()
    lines = [line for line in section(site, "readiness").splitlines() if line.startswith("- ")]
    assert lines[1:] == [line for i, line in enumerate(OTHERS) if i != closed]


def test_readiness_is_for_full_documents_alone(site):
    site.change("profile: full", "profile: rfc")
    site.build()
    assert "readiness" not in blocks_of(pieces(site.text, "d"))
    assert "- Readiness for production (in the design, not in" in section(site, "not-covered")


def test_every_topic_is_printed_and_the_usual_ones_that_lack_are_named(site):
    text = section(site, "cross-cutting")
    assert "### Security and abuse\n\nEverybody signs in.\n\n- with a key\n" in text
    assert "Nothing is said on privacy, observability." in text
    site.change("topic: Security and abuse", "topic: 'Security, privacy, monitoring'")
    site.build()
    assert "Nothing is said" not in section(site, "cross-cutting")


def test_each_requirement_with_a_metric_is_something_to_watch(site):
    rows = [line for line in section(site, "cross-cutting").splitlines() if line[:3] == "| Q"]
    assert rows == [
        "| Q1: carries the peak | `estimate.peak` | `<= 9k request/s` | 1k request/s | 1 day |",
        "| Q3 | `estimate.peak` | `>= 1 request/s` | any | not given |",
    ]


@pytest.mark.parametrize(
    ("old", "new", "block", "key"),
    [
        ("peak <= 1k", "peak <= 2k", "rollout", "rollout.stages[1].go_if"),
        ("first: {value: 5 %}", "first: {value: 6 %}", "rollout", "assumptions.first.value"),
        ("load: {value: 2k", "load: {value: 3k", "rollout", "assumptions.load.value"),
        ("share: 50 %", "share: 60 %", "rollout", "rollout.stages[1].share"),
        ("window: 1 day", "window: 2 day", "cross-cutting", "requirements.quality.Q1.window"),
        (
            "    - {question: Who is called at night?}\n",
            "",
            "readiness",
            "rollout.readiness[1].question",
        ),
    ],
)
def test_what_a_section_rests_on_makes_it_stale(site, old, new, block, key):
    site.change(old, new)
    state = {found.id: found for found in site.check(fast=True).blocks}[block]
    assert (state.state, state.key) == ("input-stale", key)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Point the balancer back", "Turn the balancer round"),
        ("With a flag", "With a switch"),
        ("watch: errors", "watch: mistakes"),
        ("stage: canary", "stage: bird"),
        ("Everybody signs", "All sign"),
    ],
)
def test_other_words_make_nothing_stale(site, old, new):
    site.change(old, new)
    assert site.check().state == "fresh"
