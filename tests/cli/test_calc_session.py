"""The lines of `sdcli calc` one after the other: names, ans, and the line commands."""

from __future__ import annotations

import json

import pytest

from sdcli.cli.calc_options import read_options
from sdcli.cli.calc_session import COMMANDS, Session, is_command


class Played:
    """A session, and what each line printed."""

    def __init__(self, capsys, *options: str) -> None:
        self.session = Session(read_options(list(options)))
        self.capsys = capsys

    def __call__(self, *lines: str) -> list[str]:
        """What these lines print on stdout, line by line."""
        self.session.run_all(lines)
        out, self.err = self.capsys.readouterr()
        return out.splitlines()


@pytest.fixture
def play(capsys):
    return Played(capsys)


@pytest.mark.parametrize(
    ("line", "values", "expected"),
    [
        ("list", {}, True),
        ("list", {"list"}, True),
        ("list = 5 item", {}, False),
        ("list == 5 item", {}, False),
        ("list * 2", {"list"}, False),
        ("list to GB", {"list"}, False),
        ("(list)", {"list"}, False),
        ("lists", {}, False),
        ("info KB", {}, True),
        ("info in", {}, True),
        ("info in GB", {"info"}, False),
        ("info/2", {"info"}, False),
        ("unit tweet", {}, True),
        ("unit / 2", {"unit"}, False),
        ("unit=3", {}, False),
        ("save x.calc", {}, True),
        ("save /tmp/x", {}, True),
        ("save ../x", {}, True),
        ("save / 2", {"save"}, False),
        ("save = 3", {}, False),
        ("save =3", {}, False),
        ("set\tday 86400", {}, True),
        ("help", {}, True),
    ],
)
def test_what_is_a_command(line, values, expected):
    assert is_command(line, dict.fromkeys(values)) is expected


def test_ans_is_the_last_value(play):
    assert play("20 + 1", "ans * 2", "ans") == ["21", "42", "42"]


def test_a_failed_line_a_claim_and_a_question_leave_ans_alone(play):
    assert play("21", "3 GB + 2 s", "2 = 2", "5 GB > 3 GB", "ans * 2")[-1] == "42"


def test_ans_cannot_be_given_and_is_missed_where_there_is_none(play):
    assert play("ans + 1") == []
    assert "there is no ans yet" in play.err
    assert play("ans = 5") == []
    assert "ans is the last value" in play.err
    assert play("unit ans") == []
    assert "cannot be counted" in play.err
    assert play.session.exit_code == 2


def test_ans_keeps_what_it_has_in_common_with_a_name(play):
    """x and ans are one source, so their quotient is certain."""
    assert play("x = 5 to 20 tweet", "x * 2", "ans / x")[-1] == "2"


def test_two_ranges_typed_alike_on_two_lines_are_two_variables(play):
    """Nobody has said that the second is the first; `ans` and a name would say so."""
    said = play("5 to 20", "first = ans", "5 to 20", "ans / first")
    # 10 times and through 2; of two such the quotient has 2^sqrt(2) = 2.665
    assert "1 (0.3752 to 2.665)" in said
    assert play("ans - ans")[-1] == "0"


def test_a_line_typed_like_the_second_range_of_another_is_another_variable(play):
    """Source names: the second range of T is T/2, and T/2 may be typed as a line."""
    line = "(5 to 20) * (1 to 2)"
    play(f"{line}", "one = ans", f"{line}/2", "two = ans")
    one, two = (play.session.values[name].spread.sources for name in ("one", "two"))
    assert one == (line, f"{line}/2")
    assert not set(one) & set(two)


def test_undo_takes_back_how_often_a_line_was_typed(play):
    play("x = 1", "5 to 20", "5 to 20")
    before = play.session.values["ans"]
    play("undo", "5 to 20", "5 to 20")
    assert play.session.values["ans"] == before
    play("y = 5 to 20", "y = 5 to 20")
    second = play.session.values["y"]
    play("undo", "y = 5 to 20")
    assert play.session.values["y"] == second


def test_a_count_noun_is_declared(play):
    assert play("2B retweet") == []
    assert play("unit retweet, boost", "2B retweet")[0] == "counted from now on: retweet, boost"
    assert play("5 boosts + 1 boost") == ["6 boost"]
    assert play("unit retweet") == ["retweet is known already: retweet"]
    assert play("unit mile", "1 mile + 1 mile")[-1] == "2 mile"  # hides the length
    assert play("info mile")[0] == "mile: a thing that is counted, a kind of its own"
    assert play("undo", "undo", "1 mile to kilometer")[-1] == "1.609 kilometer"
    assert play("unit MB mb") == []
    assert "two readings" in play.err
    assert play("x = 5", "unit x")[1:] == []
    assert '"x" is a value here' in play.err
    assert play("unit") == []


def test_the_names_are_listed_with_their_values(play):
    assert play("list") == ["there are no names yet; NAME = EXPRESSION gives one"]
    play("users = 150M user", "unit retweet", "rate = 2 retweet/user/day", "users * rate")
    assert play("list") == [
        "users  150M user",
        "rate   2 retweet/user/day",
        "ans    300M retweet/day",
        "counted: retweet",
    ]


def test_a_value_may_have_the_name_of_a_command(play):
    assert play("list = 5 item", "list * 2", "(list)") == ["list = 5 item", "10 item", "5 item"]
    assert play("list")[0] == "list  5 item"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("lst", "did you mean list?"),
        ("inof KB", "did you mean info?"),
        ("list all", "the command stands alone: list"),
    ],
)
def test_a_misspelled_command_is_guessed_at(play, line, hint):
    play(line)
    assert hint in play.err


def test_undo_takes_back_what_the_last_line_changed(play):
    play("x = 5", "unit retweet", "x = 7")
    assert play("undo", "x") == ["took back: x = 7", "5"]
    assert play("undo", "5 retweet") == ["took back: unit retweet, and 1 line after it"]
    assert '"retweet" is no unit' in play.err
    assert play("undo", "x") == ["took back: x = 5"]
    assert '"x" is no name' in play.err
    assert play("undo", "ans") == []
    assert "there is nothing to take back: no name, noun or setting" in play.err


def test_a_look_at_a_name_is_no_step_of_undo(play):
    """What was worked out from what is taken back goes back with it, and so does ans."""
    play("x = 3", "ans * 5", "x = x + 1", "x", "x * 2")
    assert play("ans") == ["8"]
    assert play("undo", "ans", "x") == ["took back: x = x + 1, and 3 lines after it", "15", "3"]
    assert play("undo", "x", "ans") == ["took back: x = 3, and 3 lines after it"]
    assert play("2 + 2", "undo", "ans") == ["4", "4"]


def test_undo_passes_by_what_changed_nothing(play):
    play("x = 5", "x > 3", "x = 6", "list", "info x", "3 GB + 2 s", "x = 5", "x == 5")
    assert play("undo", "x") == ["took back: x = 5, and 1 line after it", "6"]


def test_undo_takes_back_a_setting(play):
    play("set rough")
    assert play("undo", "1 day to hour") == ["took back: set rough", "24 hour  (day 86,400 s)"]


def test_what_undo_remembers_is_bounded(play):
    """A value may hold millions of draws; a long file of lines must not hold them all."""
    play(*(f"x = {number}" for number in range(1, 302)))
    assert len(play.session.changes) == 100
    assert play("undo", "x")[-1] == "300"
    play("set samples 1000000", *(f"x = {number}" for number in range(1, 302)))
    assert len(play.session.changes) == 10


def test_conventions_can_be_set_and_said(play):
    usual = "day 86,400 s, month 30 day, year 365 day, KB 1000 B, 10,000 draws"
    assert play("set") == [f"{usual} where needed"]
    assert play("set month 31 year 365.25", "1 month * 1 tweet/day") == [
        "day 86,400 s, month 31 day, year 365.25 day, KB 1000 B,",
        "10,000 draws where needed",
        "31 tweet  (day 86,400 s, month 31 day)",
    ]
    assert play("set rough", "set usual")[0].startswith("day 100,000 s, month 2.5M s, year 30M s")
    assert play("set samples 500")[0].endswith(", 500 draws")
    assert "500 draws" in play("5 to 20")[1]
    assert play("set samples usual")[0].endswith("where needed")
    assert "closed form" in play("5 to 20")[1]


@pytest.mark.parametrize(
    "line", ["set", "set rough", "set month 30.4167 year 365.25 day 86399.75 samples 10000000"]
)
def test_what_is_set_is_said_within_80_columns(play, line):
    said = play(line)
    assert max(map(len, said)) <= 80
    assert ", ".join(said).replace(",, ", ", ").count(", ") == 4  # five parts, each in one piece


def test_rough_lengths_do_not_mix_with_others(play):
    """A year of --rough has 12 months of 2.5M s; with a month of 30 days it would have 10."""
    play("set rough")
    before = play.session.setting
    for line in ("set month 30", "set rough day 86400", "set day 86400 month 30", "set year 365"):
        assert play(line) == []
        assert "rough day, month and year hang together" in play.err
    assert play.session.setting == before
    assert play("set usual month 31")[0].startswith("day 86,400 s, month 31 day, year 365 day")
    play("set rough")  # as a saved file does, whatever --rough says
    assert play("set day 86400 month 30 year 365")[0].startswith("day 86,400 s, month 30 day")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("set day", "day needs a value"),
        ("set day 8,64,00", "a number of seconds, like set day 86400"),
        ("set day 5", "3,600 to 100,000 seconds"),
        ("set month soon", "a number of days, like set month 30"),
        ("set century 100", "this cannot be set"),
        ("set month 31 day 5", "day is out of bounds"),
        ("set samples 5", "from 100 to"),
        ("set samples", "samples needs a value"),
    ],
)
def test_what_cannot_be_set_sets_nothing(play, line, says):
    before = play.session.setting
    assert play(line) == []
    assert says in play.err
    assert play.session.setting == before
    assert play.session.changes == []


def test_a_value_made_under_other_conventions_says_both(play):
    play("a = 1 tweet/day", "set rough")
    assert play("a * 1 day")[0].endswith("(day 100,000 s and 86,400 s)")


def test_a_name_carries_the_conventions_that_it_rests_on(play):
    # 100M / 2,592,000 s
    assert play("writes = 100M link/month", "writes to link/s")[1] == (
        "38.58 link/s (3.333M/day)  (day 86,400 s, month 30 day)"
    )
    assert play("ans * 1 s")[0] == "38.58 link  (month 30 day)"


SPREAD = (
    "unit retweet",
    "x = 5 to 20 retweet",
    "x = 6 to 30 retweet",
    "y = x + (1 to 4 retweet)",
    "undo",
    "x = 8 to 9 retweet",
    "3 GB + 2 s",
    "list",
    "y = x + (1 to 4 retweet)",
    "set rough",
    "y / (1 to 2 day) to retweet/s",
    "y > 2 retweet and x < 1 retweet",
    "100 retweet = 200 retweet",
    "w = ans * 2",
    "5 to 20 retweet",
    "z = ans",
    "undo",
    "undo",
    "5 to 20 retweet",
    "z = ans + (1 to 4 retweet)",
    "5 to 20 retweet",
    "5 to 20 retweet > 3 retweet",
    "z / ans",
)


def answers(out: list[str]) -> list[str]:
    return [line for line in out if line[:1].isdigit() or " = " in line[:5]]


@pytest.mark.parametrize("options", [[], ["--rough"], ["--samples", "500", "--noun", "boost"]])
def test_saved_lines_play_again_to_the_same_answers(capsys, tmp_path, options):
    """Also where names were given again, lines failed or were taken back, and by Monte Carlo."""
    path = tmp_path / "lines.calc"
    first = Played(capsys, *options)
    first(*SPREAD)
    said = first("y", "ans", "x * y", "z / x", "list")
    saved = first(f"save {path}")
    assert saved == [f"18 lines written; play again: sdcli calc - < {path}"]
    again = Played(capsys)
    again(*path.read_text().splitlines())
    assert again.err == ""
    assert again("y", "ans", "x * y", "z / x", "list")[: len(said)] == said
    assert first.session.exit_code == 2
    assert again.session.exit_code == 1  # the claim is off, and nothing fails


def test_the_saved_file_is_the_lines_that_worked(play, tmp_path):
    play(
        "x = 5",
        "nonsense",
        "x > 3",
        "list",
        "y = 2 + 2",
        "y",
        "undo",
        f"save '{tmp_path}/a b.calc'",
    )
    assert (tmp_path / "a b.calc").read_text() == (
        "# Lines of sdcli calc. To play them again: sdcli calc - < this-file\n"
        "set day 86400 month 30 year 365 samples usual\n"
        "x = 5\n"
        "x > 3\n"
    )


def test_save_makes_no_folders(play, tmp_path):
    play("x = 5")
    assert play(f"save {tmp_path}/none/lines.calc") == []
    assert f"there is no folder {tmp_path}/none" in play.err
    assert not (tmp_path / "none").exists()


def test_the_way_to_play_again_works_as_it_stands(play, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert play("x = 5", "save a b.calc")[-1].endswith("sdcli calc - < 'a b.calc'")


def test_of_two_ranges_that_read_alike_the_older_one_is_told_apart(play):
    said = play("aa = 5 to 10", "aa = aa + (5 to 10)", "aa * 1")
    assert "  aa before (5 to 10) and aa (5 to 10) drive 50 % of the spread each" in said
    assert said[-1] == "  aa before (5 to 10) and aa (5 to 10) drive 50 % of the spread each"
    said = play("5 to 10", "ans + (5 to 10)", "undo", "bb = 5 to 10", "bb + (5 to 10)")
    assert "  earlier 5 to 10 and 5 to 10 drive 50 % of the spread each" in said
    assert said[-1] == "  bb (5 to 10) and 5 to 10 drive 50 % of the spread each"


def test_a_file_of_somebody_elses_is_never_written_over(play, tmp_path):
    path = tmp_path / "lines.calc"
    path.write_text("mine\n")
    play("x = 5")
    assert play(f"save {path}") == []
    assert "this file is there already" in play.err
    assert path.read_text() == "mine\n"
    other = tmp_path / "other.calc"
    play(f"save {other}", "x = 6")
    assert play(f"save {other}") == [f"2 lines written; play again: sdcli calc - < {other}"]
    other.write_text(other.read_text() + "# my note\n")
    assert play(f"save {other}") == []
    assert other.read_text().endswith("# my note\n")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in (tmp_path, tmp_path / "link", "/dev/null", "/dev/null/x"):
        assert play(f"save {name}") == []
        assert play.err.startswith("error: ")
    assert not (tmp_path / "nowhere").exists()


def test_save_needs_a_name_and_something_to_save(play):
    assert play("save x.calc") == []
    assert "nothing to save yet" in play.err
    assert play("save") == []
    assert "save needs the name of a file" in play.err
    play("2 + 2", "save a\x1b[31m")
    assert "this is no name for a file" in play.err
    assert "\x1b" not in play.err


def test_a_file_in_the_home_is_named_with_a_tilde(play, own_home):
    assert play("2 + 2", "save ~/lines.calc")[1].endswith("sdcli calc - < ~/lines.calc")
    assert (own_home / "lines.calc").exists()
    play("save ~nobody-of-that-name/x")
    assert "there is no such home" in play.err


def test_quit_ends_the_lines(play):
    assert play("2 + 2", "quit", "3 + 3") == ["4"]
    assert play.session.is_over
    assert play.session.exit_code == 0


def test_help_names_every_command(play):
    said = "\n".join(play("help"))
    assert all(f"\n{name}" in said for name in COMMANDS)
    assert max(map(len, said.splitlines())) <= 80


def test_json_has_one_object_for_each_line(capsys):
    play = Played(capsys, "--json")
    out = [json.loads(line) for line in play("unit boost", "x = 5 boost", "list", "quit")]
    assert out[0] == {"command": "unit", "text": "counted from now on: boost"}
    assert out[1]["name"] == "x"
    assert out[2] == {"command": "list", "text": "x    5 boost\nans  5 boost\ncounted: boost"}
    assert out[3]["command"] == "quit"


@pytest.mark.parametrize(
    ("word", "lines"),
    [
        ("KB", ["KB: a unit of information", "  size       1,000 B (8,000 bit)"]),
        ("KB", ["  note       prefixes count in thousands; KiB in 1024s, 2.4 % more"]),
        ("gibibytes", ["  size       1,073,741,824 B (8,589,934,592 bit)"]),
        ("GiB", ["  note       in steps of 1024 (IEC 80000-13); 7.4 % more than GB"]),
        ("Mbps", ["  size       1 Mbit/s", "  note       bits, not bytes: 1 MBps is 8 Mbps"]),
        ("kqps", ["kqps: a unit of request / time", "  size       1,000 request/s"]),
        ("month", ["  size       2,592,000 s (30 day)"]),
        ("year", ["  note       a convention: `set year`, --year and config.toml change it"]),
        ("hour", ["hour: a unit of time", "  size       3,600 s"]),
        ("ns", ["  size       1e-9 s"]),
        ("cent", ["cent: a unit of money"]),
        ("mile", ["mile: a unit of length", "  size       1,609.344 meter"]),
        ("joule", ["joule: a unit of length^2 × mass / time^2"]),
        ("tweet", ["tweet: a thing that is counted, a kind of its own", "  plural     tweets"]),
        (
            "queries",
            ["request: a thing that is counted, a kind of its own; queries is a spelling"],
        ),
        ("mb", ["mb: two readings, so it is refused: MB (megabyte) or Mb (megabit)"]),
        ("downtime", ["  example    downtime(99.9%, month)"]),
        (
            "ceil()",
            ["ceil: a function", "  form       ceil(count)", "  gives      rounded up"],
        ),
        ("min", ["min: a unit of time", "min: a function", "  gives      the smallest"]),
        ("M", ["M: behind a number, times 1,000,000"]),
        ("nines", ["nines: behind a number, an availability: 4 nines is 99.99%"]),
        ("B", ["B: a unit of information", "B: glued to a number before a count noun, billion"]),
        ("to", ["to: a range between two numbers, a conversion before a unit"]),
        ("undo", ["undo: a command, take back the last name, noun or setting"]),
        ("ans", ["ans: the value of the last line, 300M boost/day"]),
        ("rate", ["rate: a value", "  value      2 boost/user/day", "  kind       boost / user"]),
        ("rate", ["  made by    rate = 2 boost/user/day"]),
        ("boost", ["boost: a thing that is counted, a kind of its own"]),
    ],
)
def test_info_says_what_a_word_is(play, word, lines):
    play("unit boost", "rate = 2 boost/user/day", "rate * 150M user")
    said = play(f"info {word}")
    for line in lines:
        assert any(other.startswith(line) for other in said), said
    assert max(map(len, said)) <= 80
    assert play(f"help {word}") == said


def test_info_on_nothing_that_is_known_guesses(play):
    assert play("info gigabyyte") == []
    assert "did you mean gigabyte?" in play.err
    assert play("info") == []
    assert play("info \x1b[31m") == []
    assert "\x1b" not in play.err


def test_info_has_something_to_say_on_every_word(play):
    from sdcli.units.functions import FUNCTIONS
    from sdcli.units.table import AMBIGUOUS, UNITS
    from sdcli.units.vocabulary import BUILTIN_NOUNS, MAGNITUDES, OPERATOR_WORDS

    words = (*UNITS, *AMBIGUOUS, *BUILTIN_NOUNS, *MAGNITUDES, *OPERATOR_WORDS, *FUNCTIONS)
    for word in (*words, *COMMANDS):
        assert play(f"info {word}"), word
    assert play.session.exit_code == 0
