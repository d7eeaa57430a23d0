"""The language: what each form means, and what is refused as it has two readings."""

from __future__ import annotations

import pytest

from sdcli.units import UnitError, assignment, holds, parse, quantity, statement

NOUNS = ("code", "redirect")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # The rows of the comparison of calculators that every rival gets wrong somewhere:
        # pint, qalc, GNU units, fend, insect answered these differently.
        ("1 MB * 30e6/day * 5 year to PB", "54.75 PB"),  # year = 365 day
        ("12 requests/s to 1/day", "1.037M request/day"),  # 12 * 86,400 = 1,036,800
        ("3 kB * 5000/s to Mbps", "120 Mbps"),  # = 15 MB/s
        ("3 kB * 5000/s to Mbit/s", "120 Mbit/s"),
        ("1 KB to B", "1000 B"),
        ("1 KiB to B", "1024 B"),
        ("99.9999999%", "99.9999999%"),
        ("(100e6 to 200e6)*3", "300M to 600M"),
    ],
)
def test_the_same_inputs_that_others_get_wrong(text, shown):
    assert str(quantity(text)) == shown


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("3 GB + 2 s", "this adds information and time"),
        ("1 GB + 1", "this adds information and number"),
        ("5 gigabyyte to MB", "did you mean gigabyte?"),
        ("5 mb to B", "MB (megabyte) or Mb (megabit)"),
    ],
)
def test_the_same_inputs_that_are_errors(text, says):
    with pytest.raises(UnitError) as caught:
        quantity(text)
    assert says in caught.value.render()


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        # numbers
        ("1_000_000", "1e6"),
        ("86,400 s", "86400 s"),
        ("1,234,567.5", "1234567.5"),
        (".5", "0.5"),
        ("1E3", "1000"),
        ("1e+3", "1000"),
        ("1.5e-3", "0.0015"),
        ("150M", "150e6"),
        ("2.5k", "2500"),
        ("5K", "5000"),
        ("3T item", "3e12 item"),
        ("2G item", "2e9 item"),
        ("100 million", "1e8"),
        ("100million user", "1e8 user"),
        ("2.5 billion", "2.5e9"),
        ("1 trillion item", "1e12 item"),
        ("3 thousand", "3000"),
        ("100 M user", "1e8 user"),
        # billion and byte
        ("2B tweet", "2e9 tweet"),
        ("2B tweets/day", "2e9 tweet/day"),
        ("$2B", "2e9 USD"),
        ("2 B", "16 bit"),
        ("2B to 4B tweet", "2e9 to 4e9 tweet"),
        ("40 B", "320 bit"),
        # nines are missing to 1 by a power of ten
        ("4 nines", "99.99%"),
        ("1 nine", "90%"),
        ("3.5 nines", "99.96837722339831%"),  # 10^-3.5 = 0.000316227766016838
        ("9 nines", "0.999999999"),
        ("4nines", "0.9999"),
        ("3 to 4 nines", "99.9% to 99.99%"),
        ("3 nines to 4 nines", "99.9% to 99.99%"),
        ("(4 nines)^2", "0.99980001"),
        ("4 nines^2", "0.99980001"),  # nines have no square
        ("1 / 1 nine", "1 / 0.9"),
        # units glued or apart
        ("5MB", "5 MB"),
        ("10ms", "10 ms"),
        ("$5 million", "5e6 USD"),
        ("$ 5", "5 USD"),
        # powers: of two whole numbers, with a unit
        ("2^10 B", "1024 B"),
        ("62^7 code", "3521614606208 code"),
        ("2^10", "1024"),
        ("10^5 s", "100000 s"),
        ("2^3^2", "512"),
        ("2^-3", "0.125"),
        ("-2^2", "-4"),
        ("(2 s)^2 / (1 s)", "4 s"),
        ("2^30 B", "1073741824 B"),
        ("3 x 10^6 users", "3M user"),
        ("4^0.5", "2"),
        # precedence
        ("12 MB / 2 s", "6 MB/s"),
        ("2 + 3 * 4", "14"),
        ("2 * 3 ^ 2", "18"),
        ("10 - 4 - 3", "3"),
        ("100 / 5 / 2", "10"),
        ("1 GB + 1 GB to MB", "2000 MB"),
        ("2 * -3", "-6"),
        ("+5", "5"),
        ("--5", "5"),
        # multiplication and division in other dress
        ("3 x 4", "12"),
        ("3 × 4", "12"),
        ("12 ÷ 4", "3"),
        ("3 · 4", "12"),
        ("2 x (86,400 s)", "172800 s"),  # a bracket behind x is no function's
        ("5M rows x 1 KB/row", "5 GB"),
        ("5 − 3", "2"),
        ("6 request per 2 request", "3"),
        ("2 tweet per user per day", "2 tweet/user/day"),
        # conversions
        ("1 GB in MB", "1000 MB"),
        ("1 GB -> MB", "1000 MB"),
        ("1 GB → MB", "1000 MB"),
        ("1 GB to MB to KB", "1e6 KB"),
        ("12 request/s to /day", "1036800 request/day"),
        ("12 request/s to (request/day)", "1036800 request/day"),
        ("(1 GB to MB) * 2", "2 GB"),
        ("4 s * s to s^2", "4 s * s"),
        # ranges
        ("5 to 20 link", "5 link to 20 link"),
        ("5 link to 20 link", "5 to 20 link"),
        ("100M to 200M link/month", "(100M to 200M) * 1 link / month"),
        ("10 MB/s to 20 MB/s", "10 to 20 MB/s"),
        ("1 MB to 2 GB", "1 MB to 2000 MB"),
        ("$5 to $20", "5 to 20 USD"),
        ("$5 to 20", "5 to 20 USD"),
        ("10 to 20%", "10% to 20%"),
        ("100M +- 20M link", "80M to 120M link"),
        ("100 ± 20", "80 to 120"),
        ("-5 to 10", "(-5) + (0 to 15)"),
        ("5 to 20 MB to KB", "5000 to 20000 KB"),
        # functions
        ("max(86,400)", "400"),  # a comma parts arguments
        ("max((86,400), 1)", "86400"),
        ("min(3 GB, 500 MB)", "500 MB"),
        ("ceil(12.3 server)", "13 server"),
        ("ceil(0.1 * 3 / 0.1)", "3"),  # not 4: 3.0000000000000004 is 3
        ("floor(12.7)", "12"),
        ("floor(2.9999999999999996)", "3"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-2"),
        ("sqrt(16)", "4"),
        ("log2(1024)", "10"),
    ],
)
def test_a_form_means_the_same_as_another(text, same_as):
    one, two = quantity(text, nouns=NOUNS), quantity(same_as, nouns=NOUNS)
    assert one.dimension == two.dimension
    assert (one.low, one.value, one.high) == pytest.approx((two.low, two.value, two.high))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1/2 s", "1 / (2 s), or (1 / 2) * 1 s"),
        ("3 * 1/2 s", "1 / (2 s), or (1 / 2) * 1 s"),
        ("100M / 30 day", "100M / (30 day), or (100M / 30) * 1 day"),
        ("100 / 5 MB/s", "100 / (5 MB/s), or (100 / 5) * 1 MB/s"),
        ("1 TB / 100 MB/s", "1 TB / (100 MB/s), or (1 TB / 100 MB)/s"),
        ("1 TB/100 MB/s", "1 TB / (100 MB/s), or (1 TB / 100 MB)/s"),
        ("10 GB / 1 Gbit/s to s", "10 GB / (1 Gbit/s), or (10 GB / 1 Gbit)/s"),
        ("1 TB per 100 MB per s", "1 TB / (100 MB per s), or (1 TB / 100 MB) per s"),
        (
            "300M tweet/day / 2 tweet/user/day",
            "300M tweet/day / (2 tweet/user/day), or (300M tweet/day / 2 tweet)/user/day",
        ),
        ("$100 / $5/GB", "$100 / ($5/GB), or ($100 / $5)/GB"),
        (
            "(1 TB + 2 TB) / 100 to 200 MB/s",
            "(1 TB + 2 TB) / (100 to 200 MB/s), or ((1 TB + 2 TB) / 100 to 200 MB)/s",
        ),
        ("(1+2)*3 TB / 100 MB/s", "(1+2)*3 TB / (100 MB/s), or ((1+2)*3 TB / 100 MB)/s"),
        (
            "2 s + ((1 TB)*(1 + 2) / 100 MB/s)",
            "(1 TB)*(1 + 2) / (100 MB/s), or ((1 TB)*(1 + 2) / 100 MB)/s",
        ),
        ("max(1, 2) * 3 B / 5 MB/s", "max(1, 2) * 3 B / (5 MB/s), or (max(1, 2) * 3 B / 5 MB)/s"),
        (
            "100,000,000 user * 200,000 KB/user / 5 MB/s",
            "... / (5 MB/s), or (... / 5 MB)/s",
        ),
        ("-5 to 20/3 s", "-5 to 20 / (3 s), or (-5 to 20 / 3) * 1 s"),
        ("10/-2 s", "10 / (-2 s)"),
        ("7 / 2^10 B", "7 / (2^10 B), or (7 / 2^10) * 1 B"),
        ("2 s^2", "(2 s)^2, or 2 * s^2"),
        ("1 MB^-1", "(1 MB)^-1, or 1 * MB^-1"),
        ("2 s^2^3", "(2 s)^2^3, or 2 * s^2^3"),
        ("$2^2", "($2)^2, or 2 * $^2"),
        # through a number, or through so many of each
        (
            "3.5 trillion / 100M per day",
            "3.5 trillion / (100M per day), or (3.5 trillion / 100M) per day",
        ),
        ("100M / 10k/s", "100M / (10k/s), or (100M / 10k)/s"),
        ("5 GB / 2 thousand/user", "5 GB / (2 thousand/user), or (5 GB / 2 thousand)/user"),
        ("2B", "2 B for bytes, or 2 billion"),
        ("2B/s", "2 B for bytes, or 2 billion"),
        ("5 kb", "KB (kilobyte) or Kb (kilobit)"),
        ("5 gb", "GB (gigabyte) or Gb (gigabit)"),
        ("5m", "min (minute) or M (million)"),
        ("5 m", "min (minute) or M (million)"),
        ("100 mbps", "Mbps (megabit per second) or MB/s (megabyte per second)"),
        ("100 +- 10%", "90 to 110 for 10% of it, or 90% to 110%"),
        ("1 +- 2%", "0.98 to 1.02 for 2% of it, or -1% to 3%"),
        ("50% +- 10%", "45% to 55% for 10% of it, or 40% to 60%"),
    ],
)
def test_what_two_people_read_differently_is_refused_with_both_readings(text, readings):
    with pytest.raises(UnitError) as caught:
        quantity(text)
    assert "two readings" in caught.value.what
    assert caught.value.expected == readings


@pytest.mark.parametrize(
    "text",
    [
        "1/2 s",
        "(1+2)*3 TB / 100 MB/s",
        "((1+2)*3 TB) / 100 MB/s",
        "4 s + (2 s) * (1+2)*3 TB / 100 MB/s",
        "-(1 TB) / 100 MB/s",
        "max((1+2)*3 TB / 100 MB/s, 1 s)",
        "(2)*(3)/4 s",
        "-5 to 20/3 s",
        "10/-2 s",
        "2 s^2",
        "3.5 trillion / 100M per day",
        "100M / 10k/s",
        "2 * (100M / 10k/s)",
    ],
)
def test_a_reading_that_is_suggested_can_be_typed(text):
    try:
        quantity(text)
    except UnitError as error:
        for reading in error.expected.split(", or "):
            quantity(reading)


def test_a_part_of_an_expression_is_not_read_again():
    """It draws from the same ranges as the whole, and its errors point into the whole line."""
    whole = parse("(2 to 4 GB) * (1 + 1) - (1 to 2 GB) < 1 s")
    left = whole.part(whole.node.left).evaluate({}, source="line")
    assert left.spread.sources == ("line", "line/2")
    assert whole.part(whole.node.left).evaluate({}) == parse(
        "(2 to 4 GB) * (1 + 1) - (1 to 2 GB)"
    ).evaluate({}, source=whole.text)
    with pytest.raises(UnitError) as caught:
        whole.part(whole.node).sides({})
    assert "- (1 to 2 GB) < 1 s\n" in caught.value.render()


def test_both_sides_of_a_question_draw_under_the_name_that_is_given():
    question = parse("(2 to 4 GB) < (1 to 2 GB)")
    left, _, right = question.sides({}, source="line")
    assert (left.spread.sources, right.spread.sources) == (("line",), ("line/2",))
    assert not question.holds({}, source="line")


def test_a_divisor_in_brackets_has_one_reading():
    assert quantity("10/-(2 s)").value == -5


def test_readings_stand_on_one_line():
    """White space of other kinds, which separates files or paragraphs, is white space here."""
    with pytest.raises(UnitError) as caught:
        quantity("1\x1c/\u20282\x0bs")
    assert caught.value.expected == "1 / (2 s), or (1 / 2) * 1 s"


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("1 TB / (100 MB/s)", 1e4, "time"),
        ("(1 TB / 100 MB)/s", 1e4, "1 / time"),
        ("1 TB / 100 MB", 1e4, "number"),
        ("100 MB/s / (10 MB/s)", 10, "number"),
        ("1 / (2 s)", 0.5, "1 / time"),
        ("(1 / 2) * 1 s", 0.5, "time"),
        ("$1/$2", 0.5, "number"),
        ("(2 s)^2", 4, "time^2"),
        ("2 * s^2", 2, "time^2"),
        ("1/2", 0.5, "number"),
        # (3.5e12 / 100M) per 86,400 s; a plain number of any size is through that number
        ("(3.5 trillion / 100M) per day", 35_000 / 86_400, "1 / time"),
        ("3.5 trillion / (100M per day)", 35_000 * 86_400, "time"),
        ("864M / 86400/s", 10_000, "1 / time"),
        ("864M / 86.4k / s", 10_000, "1 / time"),
        ("1/2/s", 0.5, "1 / time"),
        # 0.9999^3
        ("99.99%^3", 0.999700029999, "number"),
        ("50 percent^2", 0.25, "number"),
    ],
)
def test_each_reading_can_be_written(text, value, kind):
    found = quantity(text)
    assert (found.value, found.kind) == (pytest.approx(value, rel=1e-12), kind)


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("5 MB 3", "an operator is missing", ""),
        ("5 GB user", "an operator is missing", ""),
        ("2 B tweet", "an operator is missing", "glue it to the number: 2B tweet"),
        ("5 zz", "no unit", ""),
        ("5 Day", "no unit", "did you mean day?"),
        ("5 requets", "no unit", "did you mean request?"),
        ("5x3", "no unit", "write x with spaces"),
        ("5Mreq", "no unit", "write M at the number"),
        ("5 TO 20", "no unit", "write to in small letters"),
        ("sqr(4)", "no function", "did you mean sqrt?"),
        ("1,00", "a comma groups exactly three digits", ""),
        ("12,34,567", "a comma groups exactly three digits", ""),
        ("1000,000", "a comma groups exactly three digits", ""),
        ("Max(3,4)", "no function", "did you mean max?"),
        ("avg(3,4)", "no function", "write (a + b) / 2"),
        ("pow(2,3)", "no function", "write ^ for a power: 2^3"),
        ("foo(1,00)", "no function", ""),
        ("5 * (1,00)", "a comma groups exactly three digits", ""),
        ("5 GB per (1,00 s)", "a comma groups exactly three digits", ""),
        ("100MB +- 10%", "an amount, not a share", "write 90 MB to 110 MB"),
        ("100M +- 20%", "an amount, not a share", "write 80M to 120M"),
        ("100 MB +- 10 KB", "one unit", "write 99.99 MB to 100.01 MB"),
        ("5 MB +- 1 s", "one unit", ""),
        ("1 year +- 3 day", "one unit", ""),  # how long a year is, is a convention
        ("5!", "means nothing here", "write a factorial out"),
        ("(5)!", "means nothing here", "write a factorial out"),
        ("! 1 < 2", "means nothing here", "write not before a comparison"),
        ("1 < 2 and ! 3 < 4", "means nothing here", "write not before a comparison"),
        ("20% of 500GB", "an operator is missing", "write * for of: 20% * 500GB"),
        ("20 percent of 5 TB to GB", "an operator is missing", "write * for of: 20 percent * 5 TB"),
        ("20% of writes", "an operator is missing", "write * for of: 20% * writes"),
        ("5 TB of", "an operator is missing", "write * for of"),
        ("5 million million", "no unit", "one such word"),
        ("million * 5", "no name, unit", "one such word"),
        ("5 twets", "no unit", "did you mean tweets?"),
        ("5 twet", "no unit", "did you mean tweet?"),
        # what is near to nothing that anybody means
        ("5 cpu", "no unit", ""),
        ("5 record", "no unit", ""),
        ("5 point", "no unit", ""),
        ("foo", "no name, unit", ""),
        ("five", "no name, unit", "write 5"),
        ("twenty * 3", "no name, unit", "write 20"),
        ("5 killometer", "no unit", "did you mean kilometer?"),
        ("max(1,000)", "a comma parts the arguments", "1_000 or 1000"),
        ("20 to 5", "from low to high", "5 to 20"),
        ("5 GB to 20", "behind both numbers", ""),
        ("5 to 20 s to MB", "this is not information", "information / time"),
        ("4 MB to KB + 3 MB", "a conversion comes last", "in brackets"),
        ("4 MB to KB * 3", "a unit must stand here", "in brackets"),
        ("3 * 10 MB/s to 20 MB/s", "a unit must follow", "in brackets"),
        ("4 MB * 3 to KB to 3", "a unit must follow", "in brackets"),
        ("max()", "max takes at least one value, not 0", ""),
        ("16 nines", "cannot be told from 100%", ""),
        ("$4nines", "two units", ""),
        ("-3 to 4 nines", "counted from below", ""),
        ("2^4 nines", "an exponent has no unit", ""),
        ("5 s to nines", "no unit", "nines(...) gives"),
        ("12 GB in gigabyyte", "no unit", "did you mean gigabyte?"),
        ("5 = 5", "= cannot stand here", "=="),
        ("1 < 2 < 3", "one comparison is enough", "join two with and"),
        ("1 < 2", "a comparison is no value", ""),
        ("(3", "never closed", ""),
        ("3)", "closes nothing", ""),
        ("sqrt(1, 2)", "takes one value, not 2", ""),
        ("", "nothing here", ""),
        ("2 *", "something is missing", ""),
        ("ceil(2.3 GB)", "rounds counts", ""),
        ("log2(8 B)", "plain number", ""),
        ("min(3 GB, 2 s)", "compares information with time", ""),
        ("2^(3 s)", "an exponent", ""),
        ("2^0.5 B", "an exponent has no unit", ""),
        ("1e400", "too large", ""),
        ("1e-400", "too small", ""),
        ("5 in 3", "a unit must stand here", ""),
        ("40 kqps * 1 KB to MB/s", "this is not information / time", "write 1 KB/request"),
        ("3 GB - 2 s", "this takes time from information", ""),
        ("3 MB/s to MB", "this is not information", "multiply it by a time"),
        ("3 s/request to request/s", "this is not request / time", "turn it over"),
        ("5 MB/s + 3 MB", "this adds", "on the right side, divide it by a time"),
    ],
)
def test_a_mistake_is_named_with_its_fix(text, what, fix):
    with pytest.raises(UnitError) as caught:
        quantity(text)
    assert what in caught.value.what
    assert fix in caught.value.fix
    assert fix or not caught.value.fix


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        # abbreviations that nobody can place for certain
        ("150 mio", "write million, or M"),
        ("5 MM users", "write million, or M"),
        ("5 bn tweets", "write billion"),
        ("5 Million users", "write million in small letters"),
        ("5 millions", "write million"),
        ("150M DAU", "write user"),
        ("2 tweet/dau", "write user"),
        ("5 msgs/s", "write message"),
        ("5k iops", "write read/s"),
        ("600 rpm", "write request/min"),
        ("30 fps", "count noun frame"),
        # numbers as other people group and point them
        ("1.000.000", "group digits with commas: 1,000,000"),
        ("1 000 000", "group digits with commas: 1,000,000"),
        ("1\u00a0000", "group digits with commas: 1,000,000"),
        # signs
        ("5 ** 2", "write ^"),
        ("1 << 20", "1 << 20 is 2^20"),
        ("10⁶", "write ^"),
        ("5 s²", "write ^"),
        ("5 – 20", "write to between"),
        ("5..20", "write to between"),
        ("5-20 MB", "a range is written 5 to 20 MB"),
        ("€5", "in $"),
        ("5 $", "write $5"),
        ("~ 5k", "without it"),
        ("2(3 + 4)", "write * to multiply"),
        ("[5]", "round brackets"),
        ("20% of 100M user", "write * for of"),
        ("5 & 3", "write and"),
        ("1 < 2 || 3 < 4", "write or"),
        ("1 != 2", "not a == b"),
        ("1 => 2", "write >="),
        ("1 =< 2", "write <="),
        # functions and words of the language
        ("sqrt 16", "write sqrt(...)"),
        ("1 < 2 AND 3 < 4", "write and in small letters"),
        ("100 MB/S", "did you mean s?"),
        ("1 gbit/s", "did you mean Gbit?"),
    ],
)
def test_what_is_typed_in_a_hurry_is_refused_with_what_to_write(text, fix):
    with pytest.raises(UnitError) as caught:
        quantity(text)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("150 M users", "150M user"),
        ("5k req/sec", "5k request/s"),
        ("10 Gb/s", "10 Gbit/s"),
        ("5k QPS", "5k request/s"),
        ("100M URLs", "100M url"),
        ("1 hr", "1 hour"),
        ("100ms", "100 ms"),
        ("5 GB/day/user", "5 GB/user/day"),
        ("99.9 %", "99.9%"),
        ("2.5 M", "2.5M"),
        ("500 Mb", "500 Mbit"),
        ("KiB/sec", "1 KiB/s"),
        ("5 MBps", "5 MB/s"),
        ("5 \u03bcs", "5 us"),  # Greek mu
        ("5 \u00b5s", "5 us"),  # the micro sign
        ("100M/day", "100M/day"),
        ("$0.023/GB/month", "$0.023/GB/month"),
        ("5 req per sec", "5 request/s"),
    ],
)
def test_what_is_typed_in_a_hurry_and_has_one_reading_is_read(text, shown):
    assert str(quantity(text)) == shown


def test_the_fix_that_is_offered_for_a_missing_noun_works():
    assert str(quantity("40 kqps * 1 KB/request to MB/s")) == "40 MB/s"


def test_names_are_looked_up_and_missing_ones_suggested():
    env = {
        "writes": quantity("100M link/month"),
        "ratio": quantity("100 redirect/link", nouns=NOUNS),
    }
    expression = parse("writes * ratio", names=env)
    assert expression.names == {"writes", "ratio"}
    assert str(expression.evaluate(env)) == "10G redirect/month"
    with pytest.raises(UnitError, match="no name") as caught:
        quantity("writess * 2", env=env)
    assert caught.value.fix == "did you mean writes?"


def test_a_name_hides_a_noun_but_not_after_a_number():
    env = {"users": quantity("10M user")}
    assert str(quantity("users * 2", env=env)) == "20M user"
    assert str(quantity("5 users", env=env)) == "5 user"
    assert str(quantity("1 GB / users", env=env)) == "100 B/user"
    assert str(quantity("1 GB / user", env=env)) == "1 GB/user"


def test_a_noun_that_is_a_value_too_is_refused_where_it_reads_both_ways():
    env = {"users": quantity("10M user")}
    with pytest.raises(UnitError, match="a value here, and a count noun") as caught:
        quantity("2 tweet/users/day", env=env)
    assert "/user for each user" in caught.value.expected
    assert str(quantity("2 tweet/user/day", env=env)) == "2 tweet/user/day"


def test_a_name_never_hides_another_unit():
    assert quantity("1 day", env={"day": quantity("5")}) == quantity("86400 s")
    assert quantity("2 * day", env={"day": quantity("5")}) == quantity("172800 s")


def test_x_is_a_name_where_an_operand_stands():
    assert quantity("x x x", env={"x": quantity("3")}) == quantity("9")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ring.spread <= 0.08", True),
        ("ring.spread < 8%", False),
        ("ring.spread == 0.08", True),
        ("ring.balance.peak_to_mean > 1.25", False),
        ("write_rate > 10 link/s", True),
        ("write_rate >= 5M link/day", False),
        ("writes <= 200M link/month", True),  # the median counts: 141M
        ("2 * write_rate > write_rate", True),
    ],
)
def test_comparisons(text, answer):
    env = {
        "ring.spread": quantity("0.08"),
        "ring.balance.peak_to_mean": quantity("1.2"),
        "write_rate": quantity("38.58 link/s"),
        "writes": quantity("100M to 200M link/month"),
    }
    assert holds(text, env) is answer


@pytest.mark.parametrize("text", ["write_rate", "write_rate > 3 GB", "nothing > 3"])
def test_what_cannot_be_compared_is_an_error(text):
    with pytest.raises(UnitError):
        holds(text, {"write_rate": quantity("38.58 link/s")})


@pytest.mark.parametrize(
    ("line", "name", "text"),
    [
        ("writes = 100M link/month", "writes", "100M link/month"),
        ("  row_size=500 B/link", "row_size", "500 B/link"),
        ("link = 5 MB", "link", "5 MB"),  # a name hides a noun
        ("x = 3", "x", "3"),
        ("floor = 3", "floor", "3"),  # a function only before a bracket
    ],
)
def test_assignments(line, name, text):
    found, expression = assignment(line)
    assert (found, expression.text) == (name, text)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("100M link/month", "no assignment"),
        ("writes == 5", "no assignment"),
        ("= 5", "the name is missing"),
        ("Writes = 5", "write writes"),
        ("write-rate = 5", "write write_rate"),
        ("2x = 5", "no name"),
        ("day = 5", "is a unit"),
        ("to = 5", "means something else"),
        ("a b = 5", "no name"),
        ("writes =", "nothing here"),
        ("writes = 5 = 5", "= cannot stand here"),
    ],
)
def test_a_left_side_that_is_no_name(line, says):
    with pytest.raises(UnitError) as caught:
        assignment(line)
    assert says in caught.value.render()


@pytest.mark.parametrize(
    ("line", "name", "is_question", "is_claim"),
    [
        ("writes = 100M link/month", "writes", False, False),
        ("peak = 5", "peak", False, False),
        ("day = 86,400 s", None, True, True),
        ("max = 5", None, True, True),  # of calc: a function names no value there
        ("12 request/s = 1M request/day", None, True, True),
        ("a == 5", None, True, True),
        ("not a == 5", None, True, False),
        ("5 MB", None, False, False),
        ("a <= 5", None, True, False),
        ("a <= 5 and b == 3", None, True, False),
    ],
)
def test_statements(line, name, is_question, is_claim):
    found, expression = statement(line)
    assert (found, expression.is_question, expression.is_claim) == (name, is_question, is_claim)


def test_a_claim_in_a_bare_rate_speaks_of_what_is_counted():
    _, claim = statement("150M user * 2 tweet/user/day = 3472/s")
    left, _, right = claim.sides({})
    assert left.dimension == right.dimension


def test_an_assumption_is_one_source_wherever_it_is_used():
    writes = parse("5 to 20").evaluate({}, source="writes")
    ratio = parse("writes / writes").evaluate({"writes": writes})
    assert (ratio.value, ratio.is_range) == (1, False)


def test_the_ranges_of_one_text_are_independent():
    q = quantity("(5 to 20) / (5 to 20)")
    assert q.is_range
    assert q.value == pytest.approx(1)


def test_conventions_that_an_expression_rests_on():
    assert parse("1 MB * 30e6/day * 5 year to PB").conventions() == {
        "day": "86,400 s",
        "year": "365 day",
        "KB": "1000 B",
    }
    assert parse("1 KiB * 5 min").conventions() == {}
    assert parse("5 month").conventions() == {"month": "30 day"}


def test_other_conventions_change_the_result():
    from sdcli.units.conventions import Conventions

    rough = Conventions(day_s=1e5, month_days=25)
    assert str(parse("100M/day to 1/s").evaluate({}, rough)) == "1k/s"
    assert str(parse("1 month to s").evaluate({}, rough)) == "2.5M s"


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        (
            "150M user * 2 tweet/user/day to tweet/s",
            ["150M user × 2 tweet/user/day = 300M tweet/day", "300M tweet/day = 3.472k tweet/s"],
        ),
        ("(12 MB / 2 s) / user", ["12 MB ÷ 2 user*s = 6 MB/user/s"]),
        (
            "(1 GB + 500 MB) * max(2, 3)",
            ["1 GB + 500 MB = 1.5 GB", "max(2, 3) = 3", "1.5 GB × 3 = 4.5 GB"],
        ),
        ("(5 to 20) * 3", ["(5 to 20) × 3 = 15 to 60"]),
        ("100M link/month", []),
        ("2^10", ["2 ^ 10 = 1.024k"]),
    ],
)
def test_the_steps_of_a_sum(text, steps):
    said: list[str] = []
    parse(text).evaluate({}, steps=said)
    assert said == steps
