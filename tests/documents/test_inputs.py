"""Which keys hold wording alone, and which only look like it by the name that a user chose."""

from __future__ import annotations

import pytest

from sdcli.documents.inputs import Change

WORDING = [
    *("title", "status", "date", "summary", "context"),
    *("owners[0]", "reviewers[1]", "goals[0]", "out_of_scope[12]"),
    *("requirements.functional.F1.text", "requirements.quality.Q1.text"),
    *("assumptions.writes.source", "assumptions.text.source", "components.ring.role"),
    *("flows.redirect.fails", "api[0].text", "data.links.text", "data.links.fields.code.text"),
    *("growth.watch.data.then", "growth.watch.data.1.then"),
    *("cost.items[0].text", "cost.prices.disk.source", "prices.core.source"),
    *("decisions.D1.context", "decisions.D1.because", "decisions.D1.consequence"),
    *("decisions.D1.drivers[0]", "decisions.D1.options[0].text"),
    *("failures.X1.mode", "failures.X1.effect", "failures.X1.detection", "failures.X1.response"),
    *("risks.R1.text", "risks.R1.mitigation", "questions.O1.text", "questions.O1.owner"),
    *("discussion[0].topic", "discussion[0].text"),
    *("cross_cutting[0].topic", "cross_cutting[0].text"),
    *("rollout.rollback", "rollout.stages[0].stage", "rollout.stages[0].watch"),
    *("rollout.readiness[0]", "rollout.readiness[0].question", "rollout.readiness[0].answer"),
    *("glossary.link", "glossary.e.g. this"),
]
# Places where the last word is a name of the user's own, and others that hold no wording.
PATTERNS = [
    *("growth.rates.{}", "decisions.D0.options[1].with.{}", "decisions.D0.options[1].values.{}"),
    *("decisions.D0.compare.{}", "components.web.params.{}", "assumptions.{}.value"),
    *("components.web.evidence.ring.balance.with.{}", "estimates.{}.formula", "flows.{}.path"),
    *("data.{}.rows", "data.links.fields.{}.size", "data.links.fields.{}", "components.{}.kind"),
    *("requirements.quality.{}.target", "decisions.{}.choice", "failures.{}.survives_if"),
    *("glossary", "decisions.D0.options[1]", "api[0].rate", "rollout.stages[0].go_if"),
]
NAMES = ("text", "source", "role", "context", "because", "consequence")


@pytest.mark.parametrize("key", WORDING)
def test_another_wording_of_prose_is_wording(key):
    assert Change(key, "one", "two").is_wording
    assert not Change(key, None, "two").is_wording  # a part that is new is none


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_name_that_a_user_chose_makes_nothing_wording(pattern, name):
    assert not Change(pattern.format(name), "1", "2").is_wording


@pytest.mark.parametrize("fast", [False, True], ids=["full", "fast"])
def test_an_assumption_named_like_a_field_of_prose_is_watched(desk, fast):
    desk.change("read_ratio: {value", "text: {value: 3 link}\n  read_ratio: {value")
    desk.change("rates: {writes: 5 %/month}", "rates: {writes: 5 %/month, text: 5 %/month}")
    desk.build()
    desk.change("text: 5 %/month", "text: 6 %/month")
    found = {block.id: block.key for block in desk.check(fast=fast).blocks if block.key}
    assert found["growth"] == "growth.rates.text"
