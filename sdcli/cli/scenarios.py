"""`sdcli scenarios`: the question bank, and one question's public page.

The page says what an interviewer would say before the clock starts: the prompt, how hard it
is, what the steps are. It gives away no number, no component and no topic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sdcli.content import Scenario


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("scenarios")(scenarios)


def scenarios(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="SCENARIO", help="One question: its id, or its file.", show_default=False
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """List the question bank, or show one question without giving anything away."""
    from sdcli.cli.screen import print_json
    from sdcli.content import load_scenario

    if scenario is not None:
        page = _page(load_scenario(scenario))
        print_json(page) if as_json else _show_page(page)
        return
    rows = _rows()
    print_json({"scenarios": rows}) if as_json else _show_rows(rows)


def _rows() -> list[dict[str, Any]]:
    """The bank, easy questions first; a broken file has a row too, and does not hide the rest."""
    from sdcli.content import load_scenario, scenario_ids
    from sdcli.content.levels import DIFFICULTIES
    from sdcli.core.errors import FaultsFound, InputError

    rows: list[dict[str, Any]] = []
    broken: list[dict[str, Any]] = []
    for identity in scenario_ids():
        try:
            one = load_scenario(identity)
        except InputError as error:
            count = len(error.faults) if isinstance(error, FaultsFound) else 1
            broken.append({"id": identity, "faults": count})
        else:
            rows.append(
                {
                    "id": one.id,
                    "title": one.title,
                    "difficulty": one.difficulty,
                    "summary": one.summary,
                }
            )
    rows.sort(key=lambda row: (DIFFICULTIES.index(row["difficulty"]), row["id"]))
    return rows + broken


def _page(scenario: Scenario) -> dict[str, Any]:
    from sdcli.interview.steps import Step, budget

    return {
        "id": scenario.id,
        "title": scenario.title,
        "difficulty": scenario.difficulty,
        "summary": scenario.summary,
        "prompt": scenario.prompt,
        "steps": [
            {"id": step.value, "title": step.heading, "minutes": budget(step) / 60} for step in Step
        ],
        "questions": len(scenario.questions),
        "deep_dives": len(scenario.deep_dives),
        "rubric_items": len(scenario.rubric),
    }


def _show_rows(rows: list[dict[str, Any]]) -> None:
    from sdcli.cli.screen import console, styled, table

    out = console()
    if not rows:
        out.print("There is no scenario here. Begin one: sdcli content new scenario NAME")
        return
    listed = table("scenario", "difficulty", "what it is about")
    listed.columns[0].no_wrap = True
    for row in rows:
        if "faults" in row:
            count = f"{row['faults']} fault" + ("s" if row["faults"] > 1 else "")
            about = f"cannot be used: {count}; see `sdcli content check`"
            listed.add_row(styled(row["id"]), styled("-"), styled(about, style="red"))
        else:
            about = f"{row['title']}. {row['summary']}"
            listed.add_row(styled(row["id"]), styled(row["difficulty"]), styled(about))
    out.print(listed)
    out.print()
    out.print("One of them: sdcli scenarios SCENARIO. Try it: sdcli interview SCENARIO.")


def _show_page(page: dict[str, Any]) -> None:
    from rich.padding import Padding

    from sdcli.cli.screen import console, styled

    out = console()
    out.print(styled(page["title"], style="bold"), styled(f"({page['difficulty']})"))
    out.print(styled(page["summary"]))
    out.print()
    out.print(Padding(styled(page["prompt"]), (0, 4)))
    out.print()
    steps = ", ".join(f"{step['title']} {step['minutes']:g} min" for step in page["steps"])
    out.print(styled(f"Four steps: {steps}."))
    out.print(
        styled(
            f"The interviewer can answer {page['questions']} questions of yours: ask before you"
            f" draw. The deep dive takes two or three of {page['deep_dives']} topics, and your own"
            " numbers decide which."
        )
    )
    out.print()
    out.print(styled(f"With the clock:     sdcli interview {page['id']}"))
    out.print(styled(f"Without, and hints: sdcli interview {page['id']} --mode study"))
