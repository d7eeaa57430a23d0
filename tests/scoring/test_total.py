"""The score of a whole answer, on an invented question (parcel-lockers.yaml)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdcli.content import parse_scenario
from sdcli.core.chance import Chance
from sdcli.core.errors import InputError
from sdcli.scoring import WrittenAnswer, parse_answer, score
from sdcli.scoring.total import band

from .conftest import LOCKERS

SCENARIO = parse_scenario(LOCKERS.read_text(encoding="utf-8"), LOCKERS.name)

SOUND = """\
# Scope
About 1.2 million new parcels come on a day, so 14 openings a second are all we serve.
Payments are out of scope.
# High-level design
A load balancer spreads requests over stateless servers.
# Deep dive
The courier's phone writes a signed code, and the locker checks it with a public key, since the
radio link is often down.
# Wrap-up
When the service is down the doors still open.
"""
VAGUE = """\
The lockers should be scalable, reliable and fast. We use a cache to make it faster because
performance is important for parcels. We should monitor the doors. Codes must be secure.
"""
TERMS = (
    "parcels per day, million, payments, stateless, load balancer, signed code, offline, public"
    " key, cache"
)
OTHER_SUBJECT = """\
Boil the pasta in salted water. Fry the garlic in oil, because raw garlic is sharp. Add the
tomatoes and let it simmer for 20 minutes.
"""


def of(text, **options):
    return score(SCENARIO, parse_answer(text), **options)


def states(result):
    return {item.id: str(item.state) for item in result.items}


def test_a_sound_answer_is_scored_item_by_item():
    result = of(SOUND)
    assert states(result) == {
        "load": "justified",  # a figure, "so"
        "left-out": "explained",
        "stateless": "explained",
        "offline-codes": "justified",  # "since", a link that is down
        "failure": "explained",
    }
    # weights 2 1 2 3 1: (2 x 100 + 70 + 2 x 70 + 3 x 100 + 70) / 9
    assert result.score == 86.7
    assert result.band == "strong"
    assert result.steps == {
        "scope": 90.0,  # (2 x 100 + 70) / 3
        "high_level": 70.0,
        "deep_dive": 100.0,
        "wrap_up": 70.0,
    }
    assert result.axes == {
        "navigation": 100.0,
        "design": 70.0,
        "depth": 100.0,
        "communication": 70.0,
    }


def test_sound_beats_vague_beats_nothing():
    assert of(SOUND).score > 40 + (of(VAGUE).score or 0)
    assert (of(TERMS).score or 0) <= 25  # naming alone is a quarter
    assert of(OTHER_SUBJECT).score is None


@pytest.mark.parametrize("text", ["", "  \n", "# Scope\n\n# Deep dive\n", OTHER_SUBJECT])
def test_what_does_not_match_the_question_gets_no_score(text):
    result = of(text)
    assert (result.matched, result.score, result.band) == (False, None, "not matched")
    assert set(result.steps.values()) == set(result.axes.values()) == {None}


def test_a_level_asks_its_own_items_and_those_below():
    assert "cache" not in states(of(SOUND, level="mid"))
    assert "cache" in states(of(SOUND, level="senior"))


def test_an_unknown_level_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean senior"):
        of(SOUND, level="senoir")


def test_asked_limits_what_counts():
    result = of(SOUND, asked={"left-out", "load", "cache"})
    assert list(states(result)) == ["load", "left-out"]  # cache is above the level
    assert result.score == 90.0
    assert result.steps == {"scope": 90.0, "high_level": None, "deep_dive": None, "wrap_up": None}


def test_a_step_without_text_is_not_assessed_and_costs_the_whole():
    without = SOUND.partition("# Wrap-up")[0]
    result = of(without)
    assert result.steps["wrap_up"] is None
    assert result.score < of(SOUND).score


def test_a_session_scores_like_its_written_form():
    steps = parse_answer(SOUND).steps
    session = score(SCENARIO, WrittenAnswer.of(steps))
    assert session.to_json()["items"] != []
    assert session.score == of(SOUND).score
    written = score(SCENARIO, parse_answer(WrittenAnswer.of(steps).text))
    assert written.to_json() == session.to_json()


def test_plain_text_scores_like_text_with_headings():
    plain = "\n".join(line for line in SOUND.splitlines() if not line.startswith("#"))
    assert states(of(plain)) == states(of(SOUND))
    assert None not in of(plain).steps.values()


def test_an_item_counts_wherever_it_is_said():
    moved = "# Wrap-up\n" + "\n".join(line for line in SOUND.splitlines() if "#" not in line)
    assert of(moved).score == of(SOUND).score


def test_the_text_twice_scores_the_same():
    assert of(SOUND + SOUND).score == of(SOUND).score
    assert of(SOUND + SOUND).to_json()["items"] == of(SOUND).to_json()["items"]


def test_the_same_text_gives_the_same_answer():
    assert of(SOUND).to_json() == of(SOUND).to_json()


def test_echoes_of_everything_that_was_shown_score_nothing():
    shown = [
        SCENARIO.prompt,
        *(question.ask for question in SCENARIO.questions),
        *SCENARIO.hints.scope,
        *SCENARIO.hints.high_level,
        *SCENARIO.deep_dives[0].hints,
        SCENARIO.deep_dives[0].pitfall,
    ]
    result = of("\n".join(shown))
    assert (result.score or 0) == 0


def test_a_negated_answer_is_no_better_than_a_vague_one():
    negated = "\n".join(
        f"We do not need {item.model[0].lower()}{item.model[1:]}" for item in SCENARIO.rubric
    )
    result = of(negated)
    assert (result.score or 0) <= (of(VAGUE).score or 0)
    assert set(states(result).values()) <= {"rejected", "absent", "named"}


def test_one_sentence_supports_three_items_at_most():
    everything = (
        "We get 1.2 million parcels per day, payments are out of scope, the stateless servers stand"
        " behind a load balancer, a signed code works without a network, and when the service fails"
        " the doors still open."
    )
    credited = [item for item in of(everything).items if item.credit]
    assert len(credited) == 3
    assert {item.quote for item in credited} == {everything}
    # weights 2 1 2 3 1: the three that weigh most
    assert {item.id for item in credited} == {"load", "stateless", "offline-codes"}


def test_shuffled_sentences_change_little():
    sentences = [line for line in SOUND.splitlines() if not line.startswith("#")]
    sentences[3:5] = [" ".join(sentences[3:5])]  # one sentence, wrapped
    whole = of("\n".join(sentences)).score
    for seed in range(10):
        mixed = list(sentences)
        Chance(seed).shuffle(mixed)
        assert abs(of("\n".join(mixed)).score - whole) <= 10, f"seed {seed}"


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(7)), st.integers(0, 7))
def test_another_sound_sentence_never_lowers_the_score(order, count):
    models = [SCENARIO.rubric[at].model for at in order]
    before = of("\n\n".join(models[:count]), level="staff").score or 0
    after = of("\n\n".join(models[: count + 1]), level="staff").score or 0
    assert after >= before


@pytest.mark.parametrize("step", ["scope", "high_level", "deep_dive", "wrap_up"])
def test_adding_a_step_never_lowers_the_score(step):
    steps = parse_answer(SOUND).steps
    fewer = {name: text for name, text in steps.items() if name != step}
    assert (
        score(SCENARIO, WrittenAnswer.of(fewer)).score
        <= score(SCENARIO, WrittenAnswer.of(steps)).score
    )


def test_gaps_come_by_what_they_lose():
    result = of(
        "# Scope\nAbout 1.2 million new parcels come on a day, so 14 a second.\n"
        "We use a signed code."
    )
    # offline-codes is named: 3 x 0.75 = 2.25; stateless is absent: 2; the others weigh 1
    assert [item.id for item in result.gaps[:2]] == ["offline-codes", "stateless"]
    assert "load" not in [item.id for item in result.gaps]


def test_json_has_the_keys_of_the_format():
    document = of(SOUND + "\n12 * 30 = 3600\n").to_json()
    assert list(document) == [
        "scenario",
        "matched",
        "score",
        "band",
        "axes",
        "steps",
        "your_score",
        "items",
        "numbers",
    ]
    assert list(document["axes"]) == ["navigation", "design", "depth", "communication"]
    assert list(document["steps"]) == ["scope", "high_level", "deep_dive", "wrap_up"]
    keys = ["id", "step", "state", "quote", "line", "rule", "next", "yours"]
    assert all(list(entry) == keys for entry in document["items"])
    number = document["numbers"][-1]
    assert (number["quote"], number["line"]) == ("12 * 30 = 3600", 12)
    assert (number["verdict"], number["computed"]) == ("off", "360")
    assert type(document["items"][0]["state"]) is str


def test_every_quote_is_verbatim_on_its_line():
    for item in of(SOUND).items:
        assert item.quote in SOUND
        assert item.quote.splitlines()[0] in SOUND.splitlines()[item.line - 1]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0.0, "not yet"),
        (32.4, "not yet"),
        (32.5, "getting there"),  # the screen says 35
        (55.0, "solid"),
        (75.0, "strong"),
        (100.0, "strong"),
    ],
)
def test_bands_are_practice_bands(value, name):
    assert band(value) == name


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_the_scorer(text):
    result = of(text, level="staff")
    assert all(item.quote in text for item in result.items)
    assert result.score is None or 0 <= result.score <= 100
