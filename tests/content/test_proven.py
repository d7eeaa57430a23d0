"""A shipped question is scored the same without its models as with them."""

from __future__ import annotations

import shutil

import pytest

from sdcli.content import load_scenario, scenario_ids
from sdcli.content.proven import proven_scenario
from sdcli.core.folders import shipped
from sdcli.scoring import parse_answer, score
from sdcli.scoring.total import echoes_of, magnitudes, topic_stems

BANK = shipped("knowledge") / "scenarios"


@pytest.mark.parametrize("name", scenario_ids())
def test_both_ways_of_reading_say_the_same(name):
    plain, model = proven_scenario(name), load_scenario(name)
    assert plain is not None
    assert echoes_of(plain) == echoes_of(model)
    assert magnitudes(plain) == magnitudes(model)
    assert topic_stems(plain) == topic_stems(model)
    keys = ("id", "step", "axis", "weight", "level", "claim", "any_of", "with_", "numbers")
    for one, two in zip(plain.rubric, model.rubric, strict=True):
        for key in (*keys, "reject_ok", "model", "why"):
            assert getattr(one, key) == getattr(two, key), (one.id, key)
    text = "# Scope\n" + model.model.scope + "\n# Wrap-up\n" + model.model.wrap_up
    for level in ("mid", "staff"):
        ways = (score(one, parse_answer(text), level=level) for one in (plain, model))
        first, second = (way.to_json() for way in ways)
        assert first == second


def test_a_file_that_was_changed_or_is_the_persons_own_goes_through_the_models(
    tmp_path, monkeypatch
):
    own = tmp_path / "scenarios"
    own.mkdir()
    shutil.copy(BANK / "chat.yaml", own / "chat.yaml")
    assert proven_scenario(str(own / "chat.yaml")) is None
    assert proven_scenario("chat") is not None
    monkeypatch.setenv("SDCLI_PATH", str(tmp_path))
    assert proven_scenario("chat") is None
    text = (BANK / "news-feed.yaml").read_text(encoding="utf-8")
    monkeypatch.setattr("sdcli.content.proven.read_text", lambda path: f"{text}\n# changed\n")
    assert proven_scenario("news-feed") is None


def test_what_the_file_does_not_have_is_no_attribute():
    with pytest.raises(AttributeError):
        _ = proven_scenario("chat").nonsense
