"""`sdcli sessions`: what was practised, again on the screen, as a file, or gone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sdcli.interview import SessionStore

Identity = Annotated[str, typer.Argument(help="The session's number, from `sdcli sessions list`.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object and nothing else.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    group = typer.Typer(
        help="The interviews you held: list, show, export, delete, score, disagree.",
        rich_markup_mode=None,
        no_args_is_help=True,
    )
    group.command("list")(list_sessions)
    group.command("show")(show_session)
    group.command("export")(export_session)
    group.command("delete")(delete_session)
    group.command("score")(score_session)
    group.command("disagree")(disagree)
    app.add_typer(group, name="sessions")


def _store() -> SessionStore:
    from sdcli.core.clock import SystemClock
    from sdcli.core.folders import data_folder
    from sdcli.interview import SessionStore

    return SessionStore(data_folder(), SystemClock())


def list_sessions(*, as_json: AsJson = False) -> None:
    """List every session, the oldest first."""
    from sdcli.cli.screen import console, print_json

    with _store() as store:
        sessions = store.list()
    if as_json:
        print_json(
            {
                "sessions": [
                    {
                        "id": one.id,
                        "scenario": one.scenario,
                        "mode": one.mode,
                        "level": one.level,
                        "minutes": one.minutes,
                        "step": one.only_step,
                        "started": one.started.isoformat(),
                        "finished": one.finished.isoformat() if one.finished else None,
                        "score": one.score,
                    }
                    for one in sessions
                ]
            }
        )
        return
    screen = console()
    if not sessions:
        screen.print("No session yet. Begin one: sdcli interview")
        return
    from sdcli.cli.screen import table
    from sdcli.scoring.total import rounded

    listed = table("session", "scenario", "mode", "level", "started (UTC)", "score")
    for one in sessions:
        score = "-" if one.score is None else str(rounded(one.score))
        listed.add_row(
            one.id,
            one.scenario,
            one.mode,
            one.level,
            f"{one.started:%Y-%m-%d %H:%M}",
            "unfinished" if one.finished is None else score,
        )
    screen.print(listed)


def show_session(session: Identity, *, as_json: AsJson = False) -> None:
    """Show the report of a session, finished or not."""
    from sdcli.cli.interview_run import last_attempt, machine_of
    from sdcli.cli.report import show_report
    from sdcli.cli.screen import console, print_json

    with _store() as store:
        stored = store.session(session)
        machine = machine_of(store, stored)
        report = machine.report(last_attempt(store, stored, machine))
    if as_json:
        print_json({"session": session, **report.to_json()})
    else:
        show_report(console(), report, session)


def export_session(
    session: Identity,
    *,
    out: Annotated[
        Path | None, typer.Option(help="Write to this new file instead of the screen.")
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="The answers as text with the four steps as headings.")
    ] = False,
) -> None:
    """Write a session as recorded answers, which `sdcli interview --answers` plays.

    Verdicts of your own are no answers and are left out; `sessions show --json` has them.
    """
    from sdcli.cli.interview_run import machine_of
    from sdcli.core.errors import InputError
    from sdcli.core.files import write_atomic
    from sdcli.interview import dump_answers
    from sdcli.scoring import WrittenAnswer

    with _store() as store:
        machine = machine_of(store, store.session(session))
    if text:
        said = {step.value: answer for step, answer in machine.answers_text().items()}
        written = WrittenAnswer.of(said).text.rstrip("\n") + "\n"
    else:
        written = dump_answers(machine.terms, machine.events)
    if out is None:
        print(written, end="")
    elif out.exists():
        raise InputError("this file is there already, and it is not overwritten", where=str(out))
    else:
        write_atomic(out, written)


def disagree(
    session: Identity,
    item: Annotated[str, typer.Argument(metavar="POINT", help="Its id, as the report has it.")],
    state: Annotated[
        str | None,
        typer.Argument(
            metavar="STATE",
            help="absent, named, explained, justified or rejected.",
            show_default=False,
        ),
    ] = None,
    *,
    why: Annotated[str, typer.Option(help="Your reason; it is kept beside it.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take your verdict back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set your own verdict on a point beside the tool's; both are kept and shown."""
    from sdcli.cli.interview_run import machine_of
    from sdcli.cli.screen import print_json
    from sdcli.core.errors import InputError
    from sdcli.scoring.total import rounded

    if (state is None) is not undo:
        raise InputError(
            "a verdict, or --undo",
            where="sessions disagree",
            expected=f"like: sdcli sessions disagree {session} {item} explained",
        )
    with _store() as store:
        machine = machine_of(store, store.session(session))
        if undo and item not in dict(machine.state.verdicts):
            raise InputError(
                "there is no verdict of yours to take back", where="--undo", given=item
            )
        reply = machine.judge(item, state or "", why)
        if reply.error is not None:
            raise reply.error
        store.append(session, *reply.events)
        score = machine.score()
    tools = next((one.state.value for one in score.items if one.id == item), None)
    if as_json:
        scores = {"score": score.score, "your_score": score.your_score}
        print_json({"item": item, "state": tools, "yours": state, **scores})
    elif tools is None:
        print(f"{item}: kept; it counts once this interview asks for it")
    else:
        print(f"{item}: the tool says {tools}, you say {state or 'the same'}")
        if score.your_score is not None and score.score is not None:
            own = rounded(score.your_score)
            print(f"score {rounded(score.score)}; by your own verdicts {own}")


def delete_session(
    session: Identity,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a session for good; documents that it wrote stay."""
    import sys

    from sdcli.core.errors import InputError

    with _store() as store:
        one = store.session(session)
        if not yes:
            if not sys.stdin.isatty():
                raise InputError("deleting needs a yes", where="sessions delete", fix="add --yes")
            typer.confirm(f"Delete session {one.id} ({one.scenario})?", abort=True)
        store.delete(session)
    print(f"session {session} is deleted")


def score_session(session: Identity, *, as_json: AsJson = False) -> None:
    """Score a session again, with the rubric as it was at its start."""
    from sdcli.cli.interview_run import machine_of
    from sdcli.cli.scorecard import show
    from sdcli.cli.screen import console, print_json

    with _store() as store:
        machine = machine_of(store, store.session(session))
    if as_json:
        print_json(machine.score().to_json())
    else:
        show(console(), machine.score(), machine.terms.scenario.title)
