"""No long sentence stands in two questions."""

from __future__ import annotations

from sdcli.content.outline import Outline
from sdcli.content.repeated import repeated_faults
from sdcli.core.yaml import parse

NINE = "One request followed through the boxes shows more than ten."  # 10 words


def outline(identity: str, *texts: str) -> Outline:
    lines = [f"id: {identity}", "texts:", *(f'  - "{text}"' for text in texts)]
    return Outline(parse("\n".join(lines), f"{identity}.yaml"))


def faults(*outlines: Outline) -> list[str]:
    return [fault.render() for fault in repeated_faults(outlines)]


def test_a_long_sentence_in_two_questions_is_named_with_both_places():
    one = outline("chat", "Short.", f"First. {NINE}")
    two = outline("feed", f"{NINE.upper()} And then.")
    (fault,) = faults(one, two)
    assert fault == (
        'feed.yaml:3: texts[0]: "one request followed through the boxes shows more than ten" stands'
        " in chat.yaml:4 too; fix: say it in words of this question"
    )


def test_eight_words_are_common_speech():
    eight = "Name the thing that gives way before all."
    assert len(eight.split()) == 8
    assert faults(outline("chat", eight), outline("feed", eight)) == []
    assert len(faults(outline("chat", f"So {eight}"), outline("feed", f"So {eight}"))) == 1


def test_the_same_question_may_repeat_itself_and_another_file_may_replace_it():
    assert faults(outline("chat", NINE, NINE), outline("chat", NINE)) == []


def test_numbers_with_a_name_are_words_too():
    one = outline("chat", "You store {storage} each year and read it at {rate} now.")
    two = outline("feed", "You store {bytes} each year and read it at {rate} now.")
    assert faults(one, two) == []
