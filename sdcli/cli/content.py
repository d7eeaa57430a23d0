"""`sdcli content`: checks the question bank, and begins a new question.

The check is composed here because no lower layer knows all of it: the form of the files
(content), the proof of rubric and answer bank (scoring), and every name against the registries of
experiments and kinds of components.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdcli.content import Scenario
    from sdcli.content.outline import Outline
    from sdcli.core.errors import Fault, InputError
    from sdcli.core.yaml import Key

KINDS_OF_CONTENT = ("scenario",)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    content = typer.Typer(
        help="Check the question bank, or begin a new question.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    content.command("check")(check)
    content.command("new")(new)
    app.add_typer(content, name="content")


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|FOLDER",
            help="What to check; without it, the whole bank.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Find every fault of every file at once: form, sums, references, the rubric's proof."""
    from sdcli.cli.screen import console, print_json, styled
    from sdcli.content.check import Checked
    from sdcli.core.errors import ExitCode

    checked = Checked(paths or None)
    faults = checked.faults
    for file in checked.files:
        faults += name_faults(file.outline)
        if file.scenario is not None and file.is_written:
            from sdcli.scoring import prove

            faults += question_faults(file.scenario, file.outline)
            faults += prove(file.scenario, file.outline.tree.name)
    faults.sort()
    if as_json:
        print_json({"files": checked.count, "faults": [fault.as_dict() for fault in faults]})
    else:
        out = console()
        for fault in faults:
            out.print(styled(fault.render()), soft_wrap=True)
        files = _counted(checked.count, "scenario")
        out.print(f"{files}, {_counted(len(faults), 'fault') if faults else 'no fault'}")
    if faults:
        raise typer.Exit(ExitCode.NO)


def new(
    kind: Annotated[str, typer.Argument(metavar="scenario", help="What to begin.")],
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Its id: lower-case letters, digits, hyphens.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Begin a new question: a file that can be played, and that says what to write."""
    from sdcli.cli.screen import console, print_json, styled
    from sdcli.content.check import shown
    from sdcli.content.new import new_scenario
    from sdcli.core.errors import InputError

    if kind not in KINDS_OF_CONTENT:
        raise InputError(
            "this is no kind of content that can be begun",
            where="content new",
            given=kind,
            expected="scenario, like: sdcli content new scenario photo-sharing",
        )
    path = shown(new_scenario(name))
    if as_json:
        print_json({"kind": kind, "id": name, "file": path})
        return
    out = console()
    out.print(styled(f"written: {path}"), soft_wrap=True)
    out.print(styled(f"what is left to write: sdcli content check {path}"), soft_wrap=True)
    out.print(styled(f"play it: sdcli interview {path}"), soft_wrap=True)


def question_faults(scenario: Scenario, outline: Outline) -> Iterator[Fault]:
    """Every question of the answer bank that its own wording does not find."""
    from sdcli.scoring import match_question

    for at, question in enumerate(scenario.questions):
        found = match_question(question.ask, scenario.questions)
        if found is not question:
            what = f"finds {found.id}" if found else "finds nothing"
            message = f"the wording of {question.id} {what} in the answer bank"
            remedy = "add a group with the words of its ask to match"
            yield outline.tree.fault(("questions", at, "match"), message, remedy)


def name_faults(outline: Outline) -> Iterator[Fault]:
    """Every component, flow and experiment that the registries do not know."""
    yield from _components(outline)
    yield from _flows(outline)
    yield from _experiments(outline)


def _components(outline: Outline) -> Iterator[Fault]:
    from sdcli.content.arithmetic import is_computable, nouns_of, worksheet_of
    from sdcli.core.errors import InputError
    from sdcli.design.lines import parse_component

    values = worksheet_of(outline).values if is_computable(outline) else None
    for key, line in outline.texts("components", "*", "line"):
        try:
            parse_component(line, env=values, nouns=nouns_of(outline))
        except InputError as error:
            yield _fault(outline, key, error)


def _flows(outline: Outline) -> Iterator[Fault]:
    from sdcli.core.errors import InputError
    from sdcli.design.lines import parse_flow

    known = outline.names("component") if outline.is_complete("component") else None
    for key, line in outline.texts("flows", "*", "line"):
        try:
            parse_flow(line, components=known)
        except InputError as error:
            yield _fault(outline, key, error)


def _experiments(outline: Outline) -> Iterator[Fault]:
    from sdcli.core.suggest import did_you_mean
    from sdcli.design.kinds import KINDS
    from sdcli.experiments import names

    known = names()
    for key, experiment in outline.at("deep_dives", "*", "experiment"):
        if not isinstance(experiment, dict):
            continue
        run, kind = str(experiment.get("run")), str(experiment.get("kind"))
        for part, word, choices in (("run", run, known), ("kind", kind, list(KINDS))):
            if part in experiment and word not in choices:
                what = "experiment" if part == "run" else "kind of component"
                remedy = did_you_mean(word, choices) or f"one of {', '.join(choices)}"
                message = f'there is no {what} "{word}"'
                yield outline.tree.fault((*key, part), message, remedy)
        if run in known and kind in KINDS and run not in KINDS[kind].experiments:
            others = ", ".join(KINDS[kind].experiments)
            remedy = f"one of {others}" if others else "choose another kind"
            yield outline.tree.fault((*key, "run"), f"{run} does not back a {kind}", remedy)


def _fault(outline: Outline, key: Key, error: InputError) -> Fault:
    """An error of a one-line form, at the line's place."""
    what = f"{error.where}: {error.what}" if error.where else error.what
    return outline.tree.fault(key, what, error.fix or error.expected)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
