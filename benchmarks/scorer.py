"""How well the scorer judges texts that its author did not write.

    python benchmarks/scorer.py          prints the report that docs/scorer.md keeps

Three kinds of texts, in tests/probes/. `<scenario>.yaml` has for each rubric item two
paraphrases and one near miss, written by somebody who saw title, prompt and claims.
`answers/<scenario>/` has whole answers, written from the prompt alone: sound ones, vague ones,
lists of terms, and denials. `questions/<scenario>.yaml` has clarifying questions, each with the
entry of the answer bank that it wants, written from the answers alone. Weights and patterns
were frozen before the sentences and answers were opened; the questions had been looked at, and
no entry was changed after that. A failure is listed here, not mended one by one: a pattern that
is fitted to a probe says nothing about the next text.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROBES = ROOT / "tests" / "probes"
sys.path.insert(0, str(ROOT))

from sdcli.content import load_scenario  # noqa: E402 - behind the path
from sdcli.core import yaml  # noqa: E402
from sdcli.core.chance import Chance  # noqa: E402
from sdcli.scoring import Graded, State, grade, match_question, parse_answer, score  # noqa: E402
from sdcli.scoring.proof import negated  # noqa: E402
from sdcli.scoring.total import magnitudes  # noqa: E402

EXPLAINED = (State.EXPLAINED, State.JUSTIFIED)
SHUFFLES = 3


@dataclass(frozen=True)
class Probe:
    """One sentence for one item, and how it was graded."""

    scenario: str
    item: str
    kind: str
    text: str
    graded: Graded

    @property
    def is_explained(self) -> bool:
        """Whether it earned the tick."""
        return self.graded.state in EXPLAINED

    @property
    def line(self) -> str:
        """The probe as a row of the report."""
        said = self.text.replace("|", "\\|")
        rule = self.graded.rule.replace("|", "\\|")
        return f"| {self.scenario} | {self.item} | {said} | {self.graded.state} | {rule} |"


@lru_cache
def probes(folder: Path = PROBES) -> tuple[Probe, ...]:
    """Every paraphrase and near miss, graded."""
    found: list[Probe] = []
    for path in sorted(folder.glob("*.yaml")):
        scenario = load_scenario(path.stem)
        items = {item.id: item for item in scenario.rubric}
        values = magnitudes(scenario)
        for name, texts in yaml.parse(path.read_text(encoding="utf-8"), path.name).data.items():
            said = [("paraphrase", text) for text in texts["paraphrases"]]
            for kind, text in [*said, ("near miss", texts["near_miss"])]:
                graded = grade(items[name], text, values=values)
                found.append(Probe(path.stem, name, kind, text, graded))
    return tuple(found)


@lru_cache
def denials() -> tuple[Probe, ...]:
    """The model sentence of every item, denied, where a denial with a reason is no answer."""
    found = []
    for name in scenarios():
        scenario = load_scenario(name)
        for item in scenario.rubric:
            if not item.reject_ok:
                text = negated(item.model)
                found.append(Probe(name, item.id, "denial", text, grade(item, text)))
    return tuple(found)


def scenarios() -> list[str]:
    """The scenarios that have probes."""
    return sorted(path.stem for path in PROBES.glob("*.yaml"))


@dataclass(frozen=True)
class Answer:
    """A whole answer: to which question, of which kind, and its text."""

    scenario: str
    kind: str
    name: str
    text: str


@lru_cache
def answers(folder: Path = PROBES / "answers") -> tuple[Answer, ...]:
    """Every whole answer; the kind is the file's name up to the hyphen."""
    return tuple(
        Answer(path.parent.name, path.stem.partition("-")[0], path.stem, path.read_text("utf-8"))
        for path in sorted(folder.glob("*/*.md"))
    )


@lru_cache(maxsize=4096)
def points(scenario: str, text: str) -> float:
    """The score of a text as an answer to a question; 0 where it does not match it."""
    return score(_scenario(scenario), parse_answer(text)).score or 0.0


@lru_cache
def _scenario(name: str):
    return load_scenario(name)


@dataclass(frozen=True)
class Duel:
    """A sound answer against another text on the same question."""

    sound: Answer
    other: Answer

    @property
    def points(self) -> tuple[float, float]:
        """What both score on the question of the sound one."""
        name = self.sound.scenario
        return points(name, self.sound.text), points(name, self.other.text)

    @property
    def is_won(self) -> bool:
        """Whether the sound answer stands above."""
        own, other = self.points
        return own > other


def duels(against: str) -> list[Duel]:
    """Every sound answer against each text of a kind; `other` means sound answers elsewhere."""
    sound = [one for one in answers() if one.kind == "sound"]
    if against == "other":
        return [Duel(one, two) for one in sound for two in sound if one.scenario != two.scenario]
    return [
        Duel(one, two)
        for one in sound
        for two in answers()
        if two.kind == against and two.scenario == one.scenario
    ]


def shuffled_by(answer: Answer, seed: int) -> float:
    """By how many points the score changes when the sentences change places."""
    texts = [sentence.text for sentence in parse_answer(answer.text).sentences]
    whole = points(answer.scenario, "\n".join(texts))
    Chance(seed).shuffle(texts)
    return abs(points(answer.scenario, "\n".join(texts)) - whole)


@dataclass(frozen=True)
class Tick:
    """A tick that a reader has judged: whether the quote fulfils the claim."""

    scenario: str
    answer: str
    item: str
    is_right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """A clarifying question, the entry that it wants, and the one that it reaches."""

    scenario: str
    text: str
    wanted: str
    found: str


@lru_cache
def questions(folder: Path = PROBES / "questions") -> tuple[Question, ...]:
    """Every clarifying question, matched; `none` stands for no entry."""
    found = []
    for path in sorted(folder.glob("*.yaml")):
        bank = _scenario(path.stem).questions
        asked = yaml.parse(path.read_text(encoding="utf-8"), path.name).data["asked"]
        for text, wanted in asked:
            entry = match_question(text, bank)
            found.append(Question(path.stem, text, str(wanted), entry.id if entry else "none"))
    return tuple(found)


@lru_cache
def ticks(path: Path = PROBES / "answers" / "ticks.yaml") -> tuple[Tick, ...]:
    """The ticks that were drawn by lot and judged by a reader."""
    if not path.exists():
        return ()
    found = yaml.parse(path.read_text(encoding="utf-8"), path.name).data
    return tuple(Tick(**one) for one in found)


def share(count: int, whole: int) -> str:
    """Some of all, in per cent with one decimal."""
    return f"{count} of {whole} ({100 * count / whole:.1f} %)" if whole else "none"


def page() -> str:
    """The report."""
    said = [probe for probe in probes() if probe.kind == "paraphrase"]
    near = [probe for probe in probes() if probe.kind == "near miss"]
    found = [probe for probe in said if probe.is_explained]
    fooled = [probe for probe in near if probe.is_explained]
    denied = [probe for probe in denials() if probe.is_explained]
    lines = [
        "# What the scorer sees, and what it misses",
        "",
        "Written by `make docs` from the texts in `tests/probes/`; how these were made stands in",
        "benchmarks/scorer.py. The score is a practice score from words and numbers: here is how",
        "often it is wrong.",
        "",
        "## Single sentences",
        "",
        "| what | explained or better | aim |",
        "|---|---|---|",
        f"| paraphrases of a claim (recall) | {share(len(found), len(said))} | 80 % |",
        f"| near misses | {share(len(fooled), len(near))} | none |",
        f"| model sentences, denied | {share(len(denied), len(denials()))} | none |",
        "",
        f"Of the sentences that were ticked, {share(len(found), len(found) + len(fooled))}",
        "make the claim (precision over paraphrases and near misses).",
        "",
        "| question | items | paraphrases | near misses |",
        "|---|---|---|---|",
    ]
    for name in scenarios():
        own, wrong = ([p for p in some if p.scenario == name] for some in (said, near))
        lines.append(
            f"| {name} | {len(wrong)} | {share(sum(p.is_explained for p in own), len(own))}"
            f" | {share(sum(p.is_explained for p in wrong), len(wrong))} |"
        )
    lines += ["", "## Whole answers", "", *_whole()]
    lines += ["", "## Clarifying questions", "", *_questions()]
    lines += ["", "## Near misses that were ticked", "", *_table(fooled)]
    missed = [probe for probe in said if not probe.is_explained]
    lines += ["", "## Paraphrases that were missed", "", *_table(missed)]
    return "\n".join(lines) + "\n"


def _whole() -> list[str]:
    aims = {"vague": 98, "other": 95, "terms": 95, "denial": 95}
    names = {
        "vague": "vague answers",
        "other": "sound answers to other questions",
        "terms": "lists of the question's own terms",
        "denial": "denials",
    }
    lines = ["| sound answers stand above | duels won | aim | lost |", "|---|---|---|---|"]
    for kind, aim in aims.items():
        all_of = duels(kind)
        lost = [duel for duel in all_of if not duel.is_won]
        told = ", ".join(
            f"{d.sound.scenario} {d.sound.name} to {d.other.scenario} {d.other.name}"
            for d in lost[:5]
        )
        won = share(len(all_of) - len(lost), len(all_of))
        lines.append(f"| {names[kind]} | {won} | {aim} % | {told or '-'} |")
    sound = [one for one in answers() if one.kind == "sound"]
    moved = [shuffled_by(one, seed) for one in sound for seed in range(SHUFFLES)]
    if sound:
        twice = sum(
            points(one.scenario, f"{one.text}\n\n{one.text}") != points(one.scenario, one.text)
            for one in sound
        )
        lines += [
            "",
            "| kind | answers | mean score | lowest | highest |",
            "|---|---|---|---|---|",
        ]
        for kind in ("sound", "vague", "terms", "denial"):
            earned = [points(one.scenario, one.text) for one in answers() if one.kind == kind]
            if earned:
                mean = sum(earned) / len(earned)
                row = f"| {kind} | {len(earned)} | {mean:.0f} | {min(earned):.0f}"
                lines.append(f"{row} | {max(earned):.0f} |")
        lines += [
            "",
            f"Shuffled sentences move the score by {sum(moved) / len(moved):.1f} points in the",
            f"mean, {max(moved):.1f} at most ({len(moved)} shuffles, seeds 0 to {SHUFFLES - 1}).",
            f"Said twice, {share(twice, len(sound))} of the answers score otherwise.",
        ]
    if ticks():
        right = sum(tick.is_right for tick in ticks())
        lines += [
            "",
            f"Of {len(ticks())} ticks on these answers, drawn by lot and judged by a reader,",
            f"{share(right, len(ticks()))} were right (aim 85 %).",
        ]
    return lines


def _questions() -> list[str]:
    wanted = [one for one in questions() if one.wanted != "none"]
    strange = [one for one in questions() if one.wanted == "none"]
    right = sum(one.found == one.wanted for one in wanted)
    silent = sum(one.found == "none" for one in wanted)
    refused = sum(one.found == "none" for one in strange)
    lines = [
        f"Of the questions that the bank has, {share(right, len(wanted))} reach their entry and",
        f'{share(silent, len(wanted))} get "your call"; the rest reach another. Of those that',
        f'it has not, {share(refused, len(strange))} get "your call".',
        "",
        "| question | asked | wanted | reached |",
        "|---|---|---|---|",
    ]
    failed = (one for one in questions() if one.found != one.wanted)
    return lines + [
        f"| {one.scenario} | {one.text} | {one.wanted} | {one.found} |" for one in failed
    ]


def _table(found: list[Probe]) -> list[str]:
    if not found:
        return ["None."]
    head = ["| question | item | sentence | state | rule |", "|---|---|---|---|---|"]
    return [*head, *(probe.line for probe in found)]


if __name__ == "__main__":
    print(page())
