"""The interviewer who reads along: what is said after a save, and what never is."""

from __future__ import annotations

import pytest

from sdcli.interview import sheet, sheet_text
from sdcli.interview.bank import YOUR_CALL
from sdcli.interview.lines import read_entry
from sdcli.interview.sheet import (
    ANSWERS_AT_ONCE,
    HINT_LOOKS_BACK,
    HINTS_FOR_STUDY,
    NO_HEADINGS,
    SheetInterviewer,
)
from sdcli.interview.sheet_text import NUMBER_LETTERS_MAX, NUMBERS_MAX, read_sheet, starter
from sdcli.interview.state import Entry
from sdcli.interview.steps import Step
from sdcli.interview.terms import Terms
from sdcli.interview.topics import choose_topics
from tests.interview.scenario_text import scenario

BANK = "About two million parcels a day."
NAMED = "How do the codes get there?"
EXPLAINED = "And if a code is taken back meanwhile?"
JUSTIFIED = "How long may a locker stay dark?"
MISSING = "What does the door check the code against?"


def terms(**more):
    return Terms(scenario(), **more)


def reading(**more):
    return SheetInterviewer(terms(**more))


def said(remarks, kind):
    return [remark.text for remark in remarks if remark.kind == kind]


def deep(text):
    return f"## Scope\n\nDoors open.\n\n## Deep dive\n\n{text}\n"


def test_a_new_file_has_title_prompt_and_steps_and_is_nobodys_answer():
    text = starter(terms())
    assert text.startswith("# Parcel lockers\n\n> Design the service behind a chain of parcel")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == ["## Scope", "## High-level design", "## Deep dive", "## Wrap-up"]
    assert text.endswith("## Wrap-up\n")
    assert max(map(len, starter(terms(mode="study")).splitlines())) <= 80
    assert read_sheet(terms(), text).is_empty
    assert reading().read(text) == ()
    assert read_sheet(terms(), "\ufeff" + text).is_empty
    assert read_sheet(terms(), starter(terms(mode="study"))).is_empty
    assert not read_sheet(terms(), text + "\nsize = 3 MB\n").is_empty


def test_a_line_with_a_question_mark_in_front_is_answered_from_the_bank():
    (remark,) = reading().read("## Scope\n\n?How many parcels come?\n")
    assert (remark.kind, remark.text) == ("answer", BANK)
    assert (remark.quote, remark.line) == ("How many parcels come?", 3)
    assert remark.lines == ("parcels = 2M parcel/day",)


def test_what_the_bank_does_not_know_is_the_persons_call():
    (remark,) = reading().read("## Scope\n? Who paints the doors?\n?\n")
    assert (remark.text, remark.lines) == (YOUR_CALL, ())


def test_a_question_is_answered_once_however_it_is_spaced_and_even_if_it_was_deleted():
    interviewer = reading()
    assert len(interviewer.read("? How many parcels?\n\n## Scope\n? how  many PARCELS?\n")) == 1
    assert interviewer.read("## Scope\n") == ()
    assert interviewer.read("## Scope\n?  How many parcels?\n") == ()
    assert said(interviewer.read("## Scope\n? How many parcels a day?\n"), "answer") == [BANK]


def test_questions_in_code_are_code():
    text = "## Scope\n```\n? how many parcels\n```\n"
    assert said(reading().read(text), "answer") == []
    assert "? how many parcels" in read_sheet(terms(), text).answer.text


def test_questions_are_no_part_of_the_answer_and_move_no_line():
    interviewer = reading()
    answer = "## Scope\n\n{}\nAbout 2 million parcels a day, so many doors.\n"
    scores = []
    for line in ("", "? Do codes expire, and are parcels pushed ahead on a day?"):
        interviewer.take(answer.format(line))
        scores.append(interviewer.score())
    assert scores[0] == scores[1]
    assert {item.line for item in scores[1].items if item.quote} == {4}


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("", Step.SCOPE),
        ("## Scope\n\n## High-level design\n", Step.SCOPE),
        ("## Scope\nDoors.\n## High-level design\n\n## Deep dive\n", Step.SCOPE),
        ("## Scope\n## High-level design\nweb\n## Deep dive\n", Step.HIGH_LEVEL),
        ("## Scope\nDoors.\n## Deep dive\n? How many?\n## Wrap-up\n", Step.DEEP_DIVE),
        ("\ufeff## Scope\na\n## 4. Wrap up\nb\n", Step.WRAP_UP),
        ("no heading at all", Step.SCOPE),
    ],
)
def test_the_step_is_the_last_heading_that_has_text(text, step):
    assert read_sheet(terms(), text).step is step


def test_time_goes_to_the_step_that_is_written():
    interviewer = reading()
    interviewer.pass_time(60)
    interviewer.read("## Scope\na\n## Deep dive\nb\n")
    interviewer.pass_time(30)
    interviewer.pass_time(-5)
    assert interviewer.spent == {
        Step.SCOPE: 60,
        Step.HIGH_LEVEL: 0,
        Step.DEEP_DIVE: 30,
        Step.WRAP_UP: 0,
    }


def test_a_recap_says_what_stands_in_the_step_before_when_the_next_begins():
    scope = (
        "## Scope\n? How many parcels?\nparcels = 2M parcel/day\n\nWe take 2 million parcels."
        " They stay for 30 days.\n\n"
    )
    interviewer = reading()
    assert said(interviewer.read(scope), "recap") == []
    (recap,) = interviewer.read(scope + "## High-level design\nA web tier.\n")
    # two sentences; 2M parcel/day, 2 million parcels and 30 days are numbers
    assert (recap.kind, recap.text, recap.step) == ("recap", "2 sentences, 3 numbers", Step.SCOPE)
    more = "## High-level design\nA web tier. It is stateless.\n"
    assert said(interviewer.read(scope + more), "recap") == []
    (recap,) = interviewer.read(scope + more + "## Wrap-up\nDone.\n")
    assert (recap.text, recap.step) == ("2 sentences, 0 numbers", Step.HIGH_LEVEL)


@pytest.mark.parametrize(
    ("text", "follow_up"),
    [
        ("### Doors without a network\n\nIt depends.", MISSING),
        ("The door knows codes.", NAMED),
        ("Codes are pushed to the locker ahead of time.", EXPLAINED),
        (
            "Codes are pushed to 500 lockers ahead rather than asked for, because of tunnels.",
            JUSTIFIED,
        ),
    ],
)
def test_a_follow_up_goes_by_how_far_the_answer_got(text, follow_up):
    assert said(reading().read(deep(text)), "follow-up") == [follow_up]


def test_a_topic_gets_two_follow_ups_and_no_third():
    interviewer = reading()
    texts = (
        "The door knows codes.",
        "Codes are pushed to the locker ahead of time.",
        "Codes are pushed to 500 lockers ahead rather than asked for, because of tunnels.",
        "Codes are pushed to 600 lockers ahead rather than asked for, because of tunnels.",
    )
    found = [said(interviewer.read(deep(text)), "follow-up") for text in texts]
    assert found == [[NAMED], [EXPLAINED], [], []]


def test_a_save_brings_one_follow_up_at_most_and_none_before_something_new_is_written():
    interviewer = reading()
    text = deep("The door knows codes. A ring spreads them.")
    assert said(interviewer.read(text), "follow-up") == [NAMED]
    assert interviewer.read(text) == ()
    assert interviewer.read(text.replace("Doors open.", "All doors open.")) == ()
    assert said(interviewer.read(text + "So be it.\n"), "follow-up") == ["How many lockers move?"]


def test_what_was_written_last_is_asked_about_first():
    interviewer = reading()
    text = deep("The door knows codes. A ring spreads them.")
    assert said(interviewer.read(text), "follow-up") == [NAMED]
    text += "\nEach scan has a key.\n"
    assert said(interviewer.read(text), "follow-up") == ["What is the key?"]
    assert said(interviewer.read(text + "\nSo.\n"), "follow-up") == ["How many lockers move?"]


def test_a_word_in_the_explanation_of_another_topic_opens_none():
    text = deep("Codes are pushed along the ring to the lockers ahead of time.")
    interviewer = reading()
    found = [*interviewer.read(text), *interviewer.read(text + "So.\n")]
    found += interviewer.read(text + "So be it.\n")
    assert said(found, "follow-up") == [EXPLAINED]


def test_follow_ups_belong_to_the_deep_dive():
    interviewer = reading()
    assert said(interviewer.read("## High-level design\nCodes in a ring.\n"), "follow-up") == []
    late = deep("The door knows codes.") + "## Wrap-up\nThe store fails first.\n"
    assert said(interviewer.read(late), "follow-up") == []


def test_items_above_the_level_bring_no_follow_up():
    text = deep("They expire by the clock of the locker.")
    assert said(reading().read(text), "follow-up") == []
    assert said(reading(level="senior").read(text), "follow-up") == [EXPLAINED]


def test_the_own_numbers_open_a_topic_and_stand_in_the_question():
    # 2M / 86,400 s = 23.15 a second
    numbers = "parcels = 2M parcel/day\n\nparcel_rate = parcels to parcel/s\n"
    text = deep("It is simple.").replace("Doors open.", numbers)
    found = reading().read(text)
    assert said(found, "follow-up") == ["At 23.15 parcel/s some scans come twice; so?"]
    (working,) = said(found, "working")
    assert working.startswith("parcel_rate = parcels")
    assert working.endswith("= 23.15 parcel/s")
    assert said(reading().read(deep("It is simple.")), "follow-up") == []


def test_an_estimate_is_worked_again_only_when_it_changed():
    interviewer = reading()
    text = "## Scope\n- `parcels = 2M parcel/day`\n- rate = parcels to parcel/s\n"
    assert len(said(interviewer.read(text), "working")) == 1
    assert interviewer.read(text + "\nMore.\n") == ()
    (worked,) = said(interviewer.read(text.replace("2M", "4M")), "working")
    assert worked.endswith("= 46.3 parcel/s")


def test_lines_that_are_no_sums_are_prose():
    found = read_sheet(terms(), "## Scope\nweb = what answers\nx = 3 zorkmid\nsize = 3 MB\n")
    assert [entry.name for entry in found.numbers.entries] == ["size"]
    assert "what answers" in found.said
    assert "3 MB" not in found.said


@pytest.fixture
def tried(monkeypatch):
    """The lines that were tried, each as often as it was computed on a shelf."""
    found = []

    def counted(terms, state, shelf, line):
        found.append(line)
        return read_entry(terms, state, shelf, line)

    monkeypatch.setattr(sheet_text, "read_entry", counted)
    return found


def test_so_many_lines_are_tried_and_no_more_whether_they_can_be_computed_or_not(tried):
    lines = "\n".join(f"x{number} = 3 MB" for number in range(NUMBERS_MAX + 20))
    found = read_sheet(terms(), f"## Scope\n{lines}\n")
    assert len(list(found.numbers.entries)) == len(tried) == NUMBERS_MAX
    tried.clear()
    bad = "\n".join(["c1 = b1 * 2"] * 300)
    found = read_sheet(terms(), f"## Scope\nsize = 3 MB\n{bad}\nlast = 3 MB\n")
    assert [entry.name for entry in found.numbers.entries] == ["size"]
    assert len(tried) == 1 + 2 * (NUMBERS_MAX - 1)  # on both shelves
    assert found.said.count("c1 = b1 * 2") == 300


def test_numbers_in_code_are_code_and_long_lines_are_no_numbers(tried):
    long = f"long = {'1 + ' * NUMBER_LETTERS_MAX}1"
    blanks = f"blank ={' ' * 5_000}="
    found = read_sheet(terms(), f"## Scope\n```\nsize = 3 MB\n```\n{long}\n{blanks}\n")
    assert tried == []
    assert "size = 3 MB" in found.said
    assert long in found.said


def test_numbers_are_computed_again_from_the_first_that_changed(tried):
    lines = ["one = 1 MB", "two = one * 2", "bad = what", "three = two + one"]
    first = read_sheet(terms(), "\n".join(lines))
    tried.clear()
    again = read_sheet(terms(), "\n".join(["## Scope", *lines, "four = 4 MB"]), first)
    assert tried == ["four = 4 MB"]
    assert {*again.numbers.entries} - {*first.numbers.entries} == {Entry("four", "4 MB", "typed")}
    assert "bad = what" in again.said
    assert "one = 1 MB" not in again.said
    interviewer = reading()
    interviewer.read("one = 1 MB\n")
    tried.clear()
    interviewer.read("one = 1 MB\nMore.\n")
    assert tried == []
    changed = read_sheet(terms(), "\n".join([lines[0], "two = one * 3", *lines[2:]]), again)
    assert set(tried) == {"two = one * 3", "bad = what", "three = two + one"}
    fresh = read_sheet(terms(), "\n".join([lines[0], "two = one * 3", *lines[2:]]))
    assert changed == fresh


def test_a_sum_that_is_off_is_said_once_and_a_right_one_never():
    interviewer = reading()
    text = "## Scope\n\nThat is 10M * 64 B = 64 MB.\n"
    text += "Or 20M * 64 B = 1.28 GB.\nOr 10M * 70 B = 650 MB.\n"  # right, and 7 % off
    (slip,) = [one for one in interviewer.read(text) if one.kind == "slip"]
    assert (slip.quote, slip.line) == ("10M * 64 B = 64 MB", 3)
    assert slip.text.startswith("I get 640 MB")
    assert interviewer.read(text + "\nAnd so on.\n") == ()


def test_in_study_mode_each_hint_line_brings_the_next_hint():
    interviewer = reading(mode="study")
    text = "## Scope\n?hint\n"
    assert said(interviewer.read(text), "hint") == ["Scope, hint 1 of 3: Ask who opens doors."]
    assert interviewer.read(text) == ()
    assert said(interviewer.read(text + "? Hint\n"), "hint") == [
        "Scope, hint 2 of 3: Ask how many."
    ]
    assert interviewer.read("## Scope\n") == ()
    last = "Scope, hint 3 of 3: Ask for parcels a day and record size."
    assert said(interviewer.read(text), "hint") == [last]
    assert said(interviewer.read(text + "?hint\n"), "hint") == [last]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("A hash ring moves little.\n?hint\n", "Spreading the lockers, hint 1 of 3"),
        ("### Scans twice\n?hint\n\nA hash ring.", "Scans that come twice, hint 1 of 3"),
        ("A hash ring moves little.\n?hint on duplicates\n", "Scans that come twice, hint 1 of 3"),
        ("?hint\n", "Doors without a network, hint 1 of 3"),  # the first that is left out most
    ],
)
def test_a_hint_in_the_deep_dive_is_on_the_topic_above_it_or_the_one_named(text, hint):
    (found,) = said(reading(mode="study").read(deep(text)), "hint")
    assert found.startswith(hint)


def test_three_hints_are_given_at_a_time_and_the_others_with_the_next_save():
    interviewer = reading(mode="study")
    text = "## Scope\n" + "?hint\n" * 4
    found = interviewer.read(text)
    assert len(said(found, "hint")) == 3
    assert said(found, "note") == ["1 hint still to answer: save again."]
    found = interviewer.read(text + "Doors open.\n")
    assert (len(said(found, "hint")), said(found, "note")) == (1, [])
    assert interviewer.read(text + "Doors open wide.\n") == ()


def test_questions_are_answered_thirty_at_a_time():
    interviewer = reading()
    text = "## Scope\n" + "".join(f"? Who paints door {one}?\n" for one in range(31))
    found = interviewer.read(text)
    assert len(said(found, "answer")) == ANSWERS_AT_ONCE == 30
    assert said(found, "note") == ["1 question still to answer: save again."]
    (last,) = interviewer.read(text)
    assert (last.kind, last.quote) == ("answer", "Who paints door 30?")
    assert interviewer.read(text) == ()


def test_the_topics_are_chosen_once_a_reading_however_many_hints_are_asked(monkeypatch):
    chosen = []

    def counted(*given):
        chosen.append(given)
        return choose_topics(*given)

    monkeypatch.setattr(sheet, "choose_topics", counted)
    assert len(said(reading(mode="study").read(deep("?hint\n" * 3)), "hint")) == 3
    assert len(chosen) == 1


def test_the_topics_are_chosen_again_when_the_numbers_changed():
    interviewer = reading(mode="study")
    (first,) = said(interviewer.read(deep("?hint\n")), "hint")
    assert first.startswith("Doors without a network")
    # 23 parcels a second are more than the ten from which scans that come twice are urgent.
    numbers = "parcels = 2M parcel/day\nparcel_rate = parcels to parcel/s\n"
    (second,) = said(interviewer.read(deep("?hint\n?hint\n") + numbers), "hint")
    assert second.startswith("Scans that come twice")


def test_a_hint_belongs_to_the_step_that_it_stands_in():
    text = "## Scope\nDoors.\n?hint\n## High-level design\nA web tier.\n"
    (hint,) = said(reading(mode="study").read(text), "hint")
    assert hint.startswith("Scope, hint 1 of 3")


def test_a_hint_looks_no_further_back_than_a_screen_of_sentences():
    plain = "".join(f"Nothing is said in line {one}.\n" for one in range(HINT_LOOKS_BACK))
    near, far = plain.partition("\n")[2], plain
    for text, hint in ((near, "Spreading"), (far, "Doors without")):
        (found,) = said(
            reading(mode="study").read(deep(f"A hash ring moves little.\n{text}?hint\n")), "hint"
        )
        assert found.startswith(hint)


def test_in_an_interview_there_are_no_hints_and_it_is_said_once():
    interviewer = reading()
    text = "## Scope\n?hint\n"
    assert [one.text for one in interviewer.read(text)] == [HINTS_FOR_STUDY]
    assert interviewer.read(text + "?hint\n") == ()


def test_a_text_without_headings_is_taken_as_one_and_that_is_said_once():
    interviewer = reading()
    assert said(interviewer.read("Doors open.\n"), "note") == [NO_HEADINGS]
    assert interviewer.read("Doors open wide.\n") == ()
    found = interviewer.read("Doors open wide. The door knows codes.\n")
    assert [one.text for one in found] == [NAMED]


def test_a_practice_of_one_step_has_its_heading_and_is_scored_by_its_items():
    interviewer = reading(only_step=Step.DEEP_DIVE)
    text = starter(interviewer.terms)
    assert text.endswith("\n## Deep dive\n")
    assert text.count("## ") == 1
    found = interviewer.read(text + "\nThe door knows codes.\n")
    assert [one.text for one in found] == [NAMED]
    assert {item.step for item in interviewer.score().items} == {"deep_dive"}
    assert list(interviewer.spent) == [Step.DEEP_DIVE]


def test_nothing_that_is_said_gives_the_answer_away():
    """Fed with everything that a scenario knows, it gives back only its questions."""
    bank = scenario()
    numbers = "parcels = 2M parcel/day\nparcel_rate = parcels to parcel/s\nstored = 30 GB\n"
    known = [item.model for item in bank.rubric] + [topic.model for topic in bank.deep_dives]
    secret = {
        *(text for item in bank.rubric for text in (item.model, item.claim, item.why)),
        *(text for topic in bank.deep_dives for text in (topic.model, topic.pitfall, *topic.hints)),
        *(text for part in bank.hints.model_dump().values() for text in part),
    }
    may_be_said = {YOUR_CALL, BANK, HINTS_FOR_STUDY, "Half a kilobyte.", "Every day, for minutes."}
    for topic in bank.deep_dives:
        for text in (topic.forces, *topic.ladder.model_dump().values()):
            filled = text.replace("{parcel_rate}", "23.15 parcel/s").replace("{stored}", "30 GB")
            may_be_said.add(filled)
    interviewer = reading(level="staff")
    text = f"## Scope\n{numbers}\n?hint\n?model\n? What is the answer?\n## Deep dive\n"
    found = []
    for number, sentence in enumerate([*known, *known]):
        text += f"\n{sentence} Again, {number}.\n? offline {number}\n"
        found += interviewer.read(text)
    told = [one.text for one in found if one.kind not in ("recap", "working")]
    assert len([one for one in found if one.kind == "follow-up"]) > 4
    assert set(told) <= may_be_said
    assert not [one for one in told if any(text in one for text in secret)]


def test_reading_the_same_text_again_says_nothing():
    interviewer = reading(mode="study")
    text = deep("The door knows codes.\n?hint\n? offline\n10M * 64 B = 64 MB\nx = 3 MB\ny = x * 2")
    kinds = {one.kind for one in interviewer.read(text)}
    assert kinds == {"recap", "answer", "hint", "working", "slip", "follow-up"}
    assert interviewer.read(text) == ()
