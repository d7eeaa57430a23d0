"""The patterns: whole designs of shapes that come back, sound as they are."""

from __future__ import annotations

import pytest

from sdcli.content import scenario_ids
from sdcli.core.errors import InputError
from sdcli.design import parse, validate
from sdcli.documents import build, check
from sdcli.documents.starter import pattern, patterns

PATTERNS = patterns()


def test_there_are_the_six_that_were_promised_and_no_scenario_has_their_names():
    assert set(PATTERNS) == {
        "fan-out-feed",
        "multi-region",
        "queue-with-workers",
        "rate-limited-api",
        "web-service-with-cache",
        "write-heavy-ingest",
    }
    assert not set(PATTERNS) & set(scenario_ids())


def test_each_says_in_a_line_what_it_is():
    assert all(30 <= len(line) <= 100 for line in PATTERNS.values())


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_builds_whole_and_meets_its_requirements(name, tmp_path):
    path = tmp_path / "design.yaml"
    path.write_text(pattern(name, name))
    built = build(path)
    words = {verdict.quality.id: verdict.word for verdict in built.verdicts}
    assert len(words) >= 6
    assert set(words.values()) <= {"met", "at-risk"}, words
    answer = check(path)
    assert {block.state for block in answer.blocks} == {"fresh"}
    assert answer.holds
    text = built.document.read_text()
    assert "Nothing: every section" in text
    for gap in ("not measured", "does not survive", "Not worked out", "No failure is written"):
        assert gap not in text


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_says_who_assumes_what_and_what_to_replace(name):
    loaded = parse(pattern(name, "mine"), "design.yaml")
    design = loaded.design
    assert validate(loaded) == []
    assert (design.id, design.status, design.profile) == ("mine", "draft", "full")
    assert "(replace: " in design.title
    assert all(part.source and part.confidence for part in design.assumptions.values())
    assert any(" to " in part.value for part in design.assumptions.values())
    assert all(flow.rate and flow.budget and flow.fails for flow in design.flows.values())


def test_an_id_that_is_none_is_refused():
    with pytest.raises(InputError, match="not an id"):
        pattern("multi-region", "../x")
