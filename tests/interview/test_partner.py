"""The sheet of a human interviewer, as data: whole, scaled, worked from the bank's numbers."""

from __future__ import annotations

import json

from sdcli.interview.partner import compose, points_of
from sdcli.interview.terms import Terms
from tests.interview.scenario_text import TEXT, scenario


def sheet(**terms):
    return compose(Terms(scenario(), **terms))


def test_the_plan_fills_the_time_and_is_scaled_to_it():
    """8, 12, 20 and 5 of 45 minutes; twice that of 90."""
    ends = [(one.step, one.start, one.end) for one in sheet().plan]
    assert ends == [
        ("scope", 0, 8),
        ("high_level", 8, 20),
        ("deep_dive", 20, 40),
        ("wrap_up", 40, 45),
    ]
    assert [one.end for one in sheet(minutes=90).plan] == [16, 40, 80, 90]


def test_the_answer_bank_stands_whole_with_the_numbers_it_hands_out():
    rows = {row.id: row for row in sheet().questions}
    assert list(rows) == ["scale", "size", "offline"]
    assert rows["scale"].answer == "About two million parcels a day."
    assert rows["scale"].numbers == ("parcels = 2M parcel/day",)
    assert rows["offline"].numbers == ()
    assert sheet().unasked == ("kept = 30 day",)


def test_the_estimates_are_worked_with_those_numbers():
    # 2M / 86,400 s = 23.15; 2M x 30 x 500 B = 30 GB
    rate, stored = sheet().estimates
    assert rate.worked.startswith("parcel_rate = parcels = 2M parcel/day")
    assert rate.worked.endswith("= 23.15 parcel/s")
    assert rate.says == "One server."
    assert stored.worked.endswith("= 30 GB")


def test_a_topic_has_its_questions_filled_and_says_whether_its_number_forces_it():
    topics = {topic.id: topic for topic in sheet().topics}
    twice = topics["duplicates"]
    assert twice.forces == "At 23.15 parcel/s some scans come twice; so?"
    assert twice.ladder == {
        "missing": "How do you notice?",
        "named": "What is the key?",
        "explained": "How long do you remember keys?",
        "justified": "What does remembering cost?",
    }
    assert twice.pitfall == "The courier will not scan twice. Why not?"
    # 23.15 is above 10, and not above 100
    assert (twice.when, twice.is_forced) == ("parcel_rate > 10 parcel/s", True)
    assert (topics["spreading"].when, topics["spreading"].is_forced) == (
        "parcel_rate > 100 parcel/s",
        False,
    )
    assert (topics["peaks"].when, topics["peaks"].is_forced) == ("", False)


def test_a_short_interview_takes_two_topics():
    assert sheet().topics_asked == 3
    assert sheet(minutes=30).topics_asked == 2  # 13 minutes of deep dive


def test_curveballs_and_growth_say_what_they_do_to_the_numbers():
    holiday, strike = sheet().curveballs
    # 5 x 23.15 = 115.7; 5 x 30 GB = 150 GB
    assert holiday.changes.splitlines() == [
        "With parcels times 5:",
        "parcel_rate: 23.15 parcel/s -> 115.7 parcel/s",
        "stored: 30 GB -> 150 GB",
    ]
    assert strike.changes == ""
    ten_times = sheet().wrap_up[2]
    assert ten_times.changes.splitlines() == [
        "With parcels times 10:",
        "parcel_rate: 23.15 parcel/s -> 231.5 parcel/s",
        "stored: 30 GB -> 300 GB",
    ]
    assert ten_times.ask == "And at ten times the parcels?"
    assert [bool(one.changes) for one in sheet().wrap_up] == [False, False, True, False]


def test_every_item_of_the_level_has_one_box_and_no_other():
    def boxes(level):
        return [box.id for group in sheet(level=level).rubric for box in group.items]

    mid = ["ask-scale", "parts", "local-codes", "ring-moves", "idempotent", "queue", "spof"]
    assert boxes("mid") == mid
    assert sorted(boxes("senior")) == sorted([*mid, "expiry"])


def test_the_boxes_of_the_deep_dive_are_grouped_by_topic_with_their_points():
    groups = {(group.step, group.topic): group.weight for group in sheet(level="senior").rubric}
    assert groups == {
        ("scope", ""): 1,
        ("high_level", ""): 2,
        ("deep_dive", "offline-doors"): 4,  # 3 for the codes, 1 for their end
        ("deep_dive", "spreading"): 2,
        ("deep_dive", "duplicates"): 2,
        ("deep_dive", "peaks"): 2,
        ("wrap_up", ""): 2,
    }


def test_an_item_of_two_topics_has_its_box_in_the_first():
    twice = compose(
        Terms(scenario(TEXT.replace("items: [queue]\n", "items: [queue, idempotent]\n")))
    )
    boxes = [box.id for group in twice.rubric for box in group.items]
    assert boxes == [box.id for group in sheet().rubric for box in group.items]


def test_points_and_bands_are_those_of_the_scorer():
    assert points_of(sheet(), 2) == {"named": 0.5, "explained": 1.4, "justified": 2}
    assert sheet().bands == {"strong": 75, "solid": 55, "getting there": 35, "not yet": 0}


def test_as_json_it_is_one_object_with_everything():
    data = json.loads(json.dumps(sheet(level="staff", minutes=60).to_json()))
    assert (data["scenario"], data["level"], data["minutes"]) == ("parcel-lockers", "staff", 60)
    assert data["questions"][0]["numbers"] == ["parcels = 2M parcel/day"]
    assert data["topics"][0]["ladder"]["named"] == "How do the codes get there?"
    assert data["rubric"][0]["items"][0]["claim"] == "Asks how many."
