"""Watching an answer in the person's own editor: every way of saving, the clock, the end.

The room is a list of things that happen, one for each look; each takes half a second on a
clock that stands still. One test at the end has a real terminal.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest
from rich.console import Console

from sdcli.cli import entry, sheet_watch
from sdcli.cli.sheet_watch import LOOK_SECONDS, SheetWatch, WatchedFile, create, show_score
from sdcli.core.clock import ManualClock
from sdcli.core.errors import InputError, Interrupted
from sdcli.interview.sheet import SheetInterviewer
from sdcli.interview.sheet_text import starter
from sdcli.interview.terms import Terms
from tests.cli.pseudo_terminal import PseudoTerminal
from tests.interview.scenario_text import scenario

COATS = str(Path(__file__).resolve().parents[1] / "content" / "coat-check.yaml")
ASKS = "## Scope\n\n? How many parcels?\nDoors open – at once.\n"
BANK = "About two million parcels a day."


class Room:
    """Each look, the next thing happens; a text is typed, at the end somebody types q."""

    def __init__(self, clock, happenings):
        self.clock, self.happenings = clock, list(happenings)

    def wait(self, seconds):
        self.clock.advance(seconds)
        happening = self.happenings.pop(0) if self.happenings else "q"
        typed = happening() if callable(happening) else happening
        return typed if isinstance(typed, str) else None


def watch(path, *happenings, is_terminal=False, **terms):
    """Watch a file through what happens; the interviewer, and all that was shown."""
    clock = ManualClock()
    interviewer = SheetInterviewer(Terms(scenario(), **terms))
    screen = Console(
        file=io.StringIO(), width=80, markup=False, highlight=False, force_terminal=is_terminal
    )
    watching = SheetWatch(interviewer, WatchedFile(path), screen, Room(clock, happenings), clock)
    watching.run()
    return interviewer, screen.file.getvalue()


def raises(error):
    def happen():
        raise error

    return happen


def overwrite(path):
    return [lambda: path.write_text(ASKS, encoding="utf-8")]


def truncate_then_write(path):
    return [lambda: path.write_text(""), *overwrite(path)]


def rename_over(path):
    def save():
        staged = path.with_name("4913")
        staged.write_text(ASKS, encoding="utf-8")
        os.replace(staged, path)

    return [save]


def delete_and_make_again(path):
    return [path.unlink, None, None, *overwrite(path)]


def move_aside_and_write(path):
    """What vim does with `backupcopy=no`: the old file keeps its inode under another name."""
    return [lambda: os.replace(path, path.with_name("a.md~")), *overwrite(path)]


def half_a_letter_then_the_rest(path):
    data = ASKS.encode()
    half = data.index("–".encode()) + 1
    return [
        lambda: path.write_bytes(data[:half]),
        None,
        None,
        lambda: path.write_bytes(data),
    ]


def same_size_and_time(path):
    """A tool that keeps the date of the file, on a text of the same length."""

    def save():
        before = path.stat()
        staged = path.with_name("new")
        staged.write_text(ASKS, encoding="utf-8")
        os.utime(staged, ns=(before.st_atime_ns, before.st_mtime_ns))
        os.replace(staged, path)

    size = len(ASKS.encode())
    return [lambda: path.write_text("x" * size), None, None, save]


def replace_the_link(path):
    """The name is a symbolic link, and then one to another file."""

    def link(name, text):
        path.with_name(name).write_text(text, encoding="utf-8")
        path.unlink(missing_ok=True)
        path.symlink_to(name)

    return [lambda: link("one.md", "## Scope\n"), None, lambda: link("two.md", ASKS)]


def a_folder_for_a_while(path):
    return [path.unlink, path.mkdir, None, path.rmdir, *overwrite(path)]


@pytest.mark.parametrize(
    "saving",
    [
        overwrite,
        truncate_then_write,
        rename_over,
        delete_and_make_again,
        move_aside_and_write,
        half_a_letter_then_the_rest,
        same_size_and_time,
        replace_the_link,
        a_folder_for_a_while,
    ],
)
def test_whatever_way_an_editor_saves_the_question_is_answered_once(tmp_path, saving):
    path = tmp_path / "a.md"
    create(path, starter(Terms(scenario())))
    _, shown = watch(path, *saving(path), None, None)
    assert shown.count(BANK) == 1
    assert "line 3: ? How many parcels?" in shown
    assert path.read_text(encoding="utf-8") == ASKS  # nobody but the editor wrote


def test_a_file_through_a_symbolic_link_is_read_where_it_lies(tmp_path):
    path, target = tmp_path / "link.md", tmp_path / "folder" / "a.md"
    path.symlink_to(target)
    assert create(path, "## Scope\n")
    assert path.is_symlink()
    assert target.read_text() == "## Scope\n"
    _, shown = watch(path, *rename_over(target), None)
    assert BANK in shown


def test_a_change_is_read_when_it_has_stood_for_one_look(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("## Scope\n")
    file = WatchedFile(path)
    assert file.look(at_once=True) == "## Scope\n"
    path.write_text("## Scope\nDo")
    assert file.look() is None
    path.write_text("## Scope\nDoors.\n")
    assert file.look() is None
    assert file.look() == "## Scope\nDoors.\n"
    assert file.look() is None


def test_what_cannot_be_read_is_waited_for_and_named(tmp_path):
    path = tmp_path / "a.md"
    file = WatchedFile(path)
    assert file.look(at_once=True) is None
    assert file.trouble == "waiting for a.md"
    path.write_bytes(b"ab\xff")
    assert (file.look(), file.look()) == (None, None)
    assert file.trouble == "waiting for a.md: this is not UTF-8 text (byte 2)"
    assert file.look() is None
    assert file.trouble.endswith("(byte 2)")
    path.write_text("abc")
    assert (file.look(), file.look(), file.trouble) == (None, "abc", "")
    path.unlink()
    assert (file.look(), file.trouble) == (None, "waiting for a.md")


def test_a_folder_that_comes_back_brings_its_file_back(tmp_path):
    """Nothing of the file has changed when its folder was away, like a disk that was unmounted."""
    path = tmp_path / "disk" / "a.md"
    create(path, "## Scope\n")
    file = WatchedFile(path)
    assert file.look(at_once=True) == "## Scope\n"
    path.parent.rename(tmp_path / "away")
    assert (file.look(), file.trouble) == (None, "waiting for a.md")
    (tmp_path / "away").rename(path.parent)
    assert (file.look(), file.look(), file.trouble) == (None, None, "")


def test_a_file_that_no_answer_has_is_waited_for_too(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("word " * 300_000)
    file = WatchedFile(path)
    assert file.look(at_once=True) is None
    assert "larger than 200000 bytes" in file.trouble


def test_the_status_line_has_the_step_its_budget_and_the_whole(tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    path = tmp_path / "a.md"
    path.write_text("## Scope\n")
    save = overwrite(path)[0]
    # 0.9 of 45 minutes: 9.6 seconds for the scope, red past 12, 54 in all.
    looks = [save, *[None] * 21, path.unlink, *[None] * 120]
    _, shown = watch(path, *looks, is_terminal=True, minutes=0.9)
    assert "\r\x1b[2KScope 0:02 of 0:09 · all 0:02 of 0:54 · q ENTER: end" in shown
    assert "Scope 0:10 of 0:09 · time to move on · all 0:10 of 0:54 · q ENTER: end" in shown
    assert "waiting for a.md · Scope 0:13 of 0:09 · over time · all 0:13 of 0:54" in shown
    assert shown.count("The 0.9 minutes are over.") == 1
    # Nothing was cut off: it went on to the end, with 21 + 120 + 2 + the q looks of half a second.
    assert "Scope 1:12 of 0:09" not in shown
    assert "Scope 1:11 of 0:09" in shown


def test_the_status_line_is_drawn_only_when_it_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    path = tmp_path / "a.md"
    path.write_text("## Scope\n")
    _, shown = watch(path, *[None] * 5, is_terminal=True)  # 0, 0.5, ... 2.5 seconds
    assert shown.count("Scope 0:") == 3


def test_without_a_terminal_nothing_moves(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("## Scope\n")
    assert watch(path, *[None] * 5)[1] == ""


def test_in_study_mode_no_clock_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    path = tmp_path / "a.md"
    path.write_text("## Scope\n?hint\n")
    _, shown = watch(path, *[None] * 9, is_terminal=True, mode="study", minutes=0.01)
    assert "Scope · no clock · q ENTER: end" in shown
    assert "are over" not in shown
    assert "Ask who opens doors." in shown


def test_a_recap_has_the_time_of_its_step(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("## Scope\nDoors open.\n")
    more = "## Scope\nDoors open.\n## Deep dive\nIt depends.\n"
    _, shown = watch(path, *[None] * 9, lambda: path.write_text(more), None)
    # The change is seen in the tenth look and read in the eleventh: 5.5 seconds.
    assert "Scope: 1 sentence, 0 numbers, 0:05 of 8:00. Now: Deep dive." in shown


def test_the_time_of_each_look_goes_to_the_step_that_stands_there(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("## Scope\nDoors.\n")
    interviewer, _ = watch(path, None, None, None)
    assert sum(interviewer.spent.values()) == 4 * LOOK_SECONDS  # the q is a look, too


@pytest.mark.parametrize("leave", ["q", " Q\n", "/quit"])
def test_the_last_save_counts_although_no_look_came_after_it(tmp_path, leave):
    path = tmp_path / "a.md"
    path.write_text("## Scope\n")

    def save_and_leave():
        path.write_text(ASKS, encoding="utf-8")
        return leave

    interviewer, shown = watch(path, "something else", save_and_leave)
    assert "Doors open" in interviewer.sheet.said
    assert BANK not in shown


def test_ctrl_c_ends_it_with_the_score_once_something_is_written(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("## Scope\nDoors open.\n")
    interviewer, _ = watch(path, None, raises(KeyboardInterrupt))
    assert not interviewer.sheet.is_empty


def test_ctrl_c_before_anything_was_written_is_an_interruption(tmp_path):
    path = tmp_path / "a.md"
    create(path, starter(Terms(scenario())))
    with pytest.raises(Interrupted, match="before anything was written"):
        watch(path, None, raises(KeyboardInterrupt))


def test_the_end_names_the_time_and_the_record(tmp_path):
    screen = Console(file=io.StringIO(), width=80, markup=False)
    interviewer = SheetInterviewer(Terms(scenario()))
    show_score(screen, interviewer, Path("a.md"))
    assert screen.file.getvalue() == "\nNothing is written in a.md yet, so there is no score.\n"
    interviewer.take("## Scope\n\nHow many parcels arrive on a day?\n? Is it offline\n")
    interviewer.pass_time(75)
    show_score(screen, interviewer, Path("a.md"))
    shown = screen.file.getvalue()
    assert "Parcel lockers · level mid" in shown
    assert "Time: Scope 1:15 of 8:00, High-level design 0:00 of 12:00" in shown
    assert "a.md is the record of this interview" in shown
    assert shown.endswith("Score it again: sdcli score parcel-lockers a.md\n")


def test_a_new_file_is_never_written_over_one_that_is_there(tmp_path, monkeypatch):
    path = tmp_path / "a.md"
    path.write_text("mine")
    assert not create(path, "theirs")
    # Somebody makes the file between the look and the making.
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert not create(path, "theirs")
    monkeypatch.setattr(os, "link", raises_os_error)
    assert not create(path, "theirs")
    assert path.read_text() == "mine"
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["a.md"]


def raises_os_error(*_):
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize("has_links", [True, False])
def test_a_new_file_is_whole_readable_and_alone(tmp_path, monkeypatch, has_links):
    if not has_links:
        monkeypatch.setattr(os, "link", raises_os_error)
    path = tmp_path / "new" / "folder" / "a.md"
    assert create(path, "## Scope\n")
    assert path.read_text() == "## Scope\n"
    assert list(path.parent.iterdir()) == [path]
    umask = os.umask(0o022)
    os.umask(umask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask


def test_a_path_that_leads_nowhere_is_refused(tmp_path):
    (tmp_path / "one.md").symlink_to("two.md")
    (tmp_path / "two.md").symlink_to("one.md")
    for name in ("one.md", "x" * 300):
        with pytest.raises(InputError, match="cannot make it"):
            create(tmp_path / name, "text")
    with pytest.raises(InputError, match="this is no file"):
        create(Path("/"), "text")
    (tmp_path / "out.md").symlink_to("folder/a.md")
    (tmp_path / "folder").write_text("")
    with pytest.raises(InputError, match="cannot make it"):
        create(tmp_path / "out.md", "text")


def test_a_folder_that_may_not_be_entered_is_an_input_error(tmp_path, monkeypatch):
    """Said by the system when it is asked whether the file is there."""
    monkeypatch.setattr(Path, "exists", raises_os_error)
    with pytest.raises(InputError, match="cannot make it: operation not permitted"):
        create(tmp_path / "a.md", "text")


def test_a_new_file_may_have_as_long_a_name_as_there_is(tmp_path):
    assert create(tmp_path / ("x" * 255), "text")


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="this is no file"):
        create(tmp_path, "text")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="this is no file"):
        create(tmp_path / "pipe", "text")
    (tmp_path / "a.md").write_text("text")
    with pytest.raises(InputError, match="cannot make it"):
        create(tmp_path / "a.md" / "b.md", "text")


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """The exit code, stdout and stderr of one command line, without a terminal."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        code = entry.run([*words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


SHEET = """\
# Coat check

> Design the cloakroom of an opera house.

## Scope

? How long is the rush?
coats = 3000 coat/day
Visitors of the opera hand in a coat. About 3000 coats a night, which is 2 * 3000 = 60000 in two.

## High-level design

The counter takes it, with four people.

## Deep dive

I hash the tag to a row.
"""


def test_without_a_terminal_it_reads_the_file_once_and_scores_it(run, own_home):
    Path("mine.md").write_text(SHEET)
    code, out, err = run("interview", COATS, "--sheet", "mine.md")
    assert (code, err) == (0, "")
    told = [
        "mine.md was there and is taken as it is",
        "High-level design: 1 sentence, 0 numbers. Now: Deep dive.",
        "line 7: ? How long is the rush?\n  20 minutes.\n  as a line  rush = 20 minute\n",
        "line 9: 2 * 3000 = 60000",
        "follow-up\n  When does it break?\n",
        "Coat check · level mid",
        "mine.md is the record of this interview; nothing else was kept.",
    ]
    places = [out.find(text) for text in told]
    assert -1 not in places
    assert places == sorted(places)
    assert Path("mine.md").read_text() == SHEET
    assert not (own_home / "data").exists()


def test_a_file_that_is_not_there_is_made(run):
    code, out, _ = run("interview", COATS, "--sheet", "new.md")
    assert code == 0
    assert "wrote new.md" in out
    assert "Nothing is written in new.md yet" in out
    assert Path("new.md").read_text().startswith("# Coat check\n\n> Design the cloakroom")


def test_json_is_the_object_of_the_score(run):
    """The object of `sdcli score` on the same file: both read it in the same way."""
    Path("mine.md").write_text(SHEET)
    code, out, err = run("interview", COATS, "--sheet", "mine.md", "--json")
    assert code == 0
    assert "20 minutes." in err
    assert json.loads(out) == json.loads(run("score", COATS, "mine.md", "--json")[1])
    Path("plain.md").write_text(SHEET.replace("? How long is the rush?", ""))
    assert json.loads(out) == json.loads(run("score", COATS, "plain.md", "--json")[1])
    assert json.loads(out)["numbers"][0]["verdict"] == "off"


def test_a_level_is_honoured(run):
    Path("mine.md").write_text(SHEET)
    _, out, _ = run("interview", COATS, "--sheet", "mine.md", "--level", "staff", "--json")
    assert "tag-number" in [item["id"] for item in json.loads(out)["items"]]


@pytest.mark.parametrize("given", ["--answers=a.yaml", "--out=folder", "--resume", "--session=1"])
def test_what_has_no_meaning_beside_it_is_refused(run, given):
    code, out, err = run("interview", COATS, "--sheet", "mine.md", given)
    assert (code, out) == (2, "")
    assert f"{given.partition('=')[0]} has no meaning beside --sheet" in err
    assert not Path("mine.md").exists()


def test_the_line_on_how_to_use_it_is_nobodys_answer_in_another_mode(run):
    run("interview", COATS, "--sheet", "mine.md", "--mode", "study")
    made = Path("mine.md").read_text()
    assert "?hint gives a hint" in made
    code, out, _ = run("interview", COATS, "--sheet", "mine.md")
    assert code == 0
    assert "Nothing is written in mine.md yet" in out
    code, out, _ = run("score", COATS, "mine.md", "--json")
    assert {item["state"] for item in json.loads(out)["items"]} == {"absent"}


def test_a_file_that_is_larger_than_any_answer_is_refused_in_a_sentence(run):
    Path("mine.md").write_text("word " * 40_001)
    for words in (["interview", COATS, "--sheet", "mine.md"], ["score", COATS, "mine.md"]):
        code, _, err = run(*words)
        assert code == 2
        assert "mine.md: this is larger than 200000 bytes" in err
        assert "expected: a written answer; one of 45 minutes has some 6,000 letters" in err


def test_where_keys_cannot_be_waited_for_nothing_is_watched_or_made(run, monkeypatch):
    monkeypatch.setattr(sheet_watch, "can_watch", lambda: False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    code, out, err = run("interview", COATS, "--sheet", "mine.md")
    assert (code, out) == (2, "")
    assert "cannot wait for the file and for your keys at once" in err
    assert "sdcli score coat-check mine.md" in err
    assert not Path("mine.md").exists()


def test_a_file_that_is_no_text_is_an_error_without_a_terminal(run):
    Path("mine.md").write_bytes(b"\xff\xfe\x00")
    code, _, err = run("interview", COATS, "--sheet", "mine.md")
    assert code == 2
    assert "this is not UTF-8 text" in err


def test_in_a_real_terminal(tmp_path):
    command = [sys.executable, "-m", "sdcli.cli.entry", "interview", COATS, "--sheet", "a.md"]
    env = os.environ | {"LC_ALL": "C.UTF-8"}
    path = tmp_path / "a.md"
    terminal = PseudoTerminal(command, cwd=tmp_path, env=env)
    terminal.wait_for("of 8:00 · all 0:0")
    terminal.type("\x03")
    terminal.wait_for("left before anything was written in a.md")
    assert terminal.wait() == 130
    terminal = PseudoTerminal(command, cwd=tmp_path, env=env)
    terminal.wait_for("of 8:00 · all 0:0")
    (tmp_path / "new").write_text("## Scope\n? How long is the rush?\n")
    os.replace(tmp_path / "new", path)
    terminal.wait_for("20 minutes.")
    path.unlink()
    terminal.wait_for("waiting for a.md · Scope")
    path.write_text("## Scope\n? Does it cost?\n## Deep dive\nI hash the tag to a row.\n")
    terminal.wait_for("When does it break?")
    terminal.wait_for("Deep dive 0:0")
    terminal.type("q\r")
    terminal.wait_for("a.md is the record of this interview")
    assert terminal.wait() == 0
