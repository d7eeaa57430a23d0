"""The words: units of the table, count nouns, and what is neither."""

from __future__ import annotations

import pytest

from sdcli.units import UnitError, quantity
from sdcli.units.conventions import DEFAULT
from sdcli.units.habits import MEANT, hint
from sdcli.units.table import AMBIGUOUS, UNITS
from sdcli.units.vocabulary import BUILTIN_NOUNS, Vocabulary, plural, singular


@pytest.mark.parametrize(
    ("text", "base"),
    [
        # bits: 8 a byte; decimal prefixes are powers of 1000, binary ones of 1024
        ("1 B", 8),
        ("1 byte", 8),
        ("1 KB", 8_000),
        ("1 kB", 8_000),
        ("1 kilobyte", 8_000),
        ("1 KiB", 8 * 1024),
        ("1 MB", 8e6),
        ("1 MiB", 8 * 1024**2),
        ("3 gibibytes", 3 * 8 * 1024**3),
        ("1 GB", 8e9),
        ("1 TB", 8e12),
        ("1 PB", 8e15),
        ("1 b", 1),
        ("1 bit", 1),
        ("1 Kb", 1_000),
        ("1 Mb", 1e6),
        ("1 Mbit", 1e6),
        ("1 Gb", 1e9),
        ("1 Mib", 1024**2),
        ("1 Mbps", 1e6),
        ("1 kbps", 1e3),
        ("1 MB/s", 8e6),
        ("1 MBps", 8e6),
        # seconds
        ("1 ns", 1e-9),
        ("1 us", 1e-6),
        ("1 µs", 1e-6),
        ("1 ms", 1e-3),
        ("1 min", 60),
        ("1 hour", 3600),
        ("1 day", 86_400),
        ("1 week", 604_800),
        ("1 month", 2_592_000),  # 30 days
        ("1 year", 31_536_000),  # 365 days
        # dollars
        ("$1", 1),
        ("1 USD", 1),
        ("25 cents", 0.25),
        # requests per second
        ("1 qps", 1),
        ("1 rps", 1),
        ("1 tps", 1),
        ("40 kqps", 40_000),
        ("2 Mqps", 2e6),
        # and as the trade writes them
        ("1 QPS", 1),
        ("1 RPS", 1),
        ("5 TPS", 5),
        ("40 kQPS", 40_000),
        ("12 %", 0.12),
        ("12%", 0.12),
    ],
)
def test_units_have_their_size(text, base):
    assert quantity(text).value == pytest.approx(base, rel=1e-12)


@pytest.mark.parametrize("spelling", ["req", "reqs", "request", "requests", "query", "queries"])
def test_spellings_of_request(spelling):
    assert quantity(f"3 {spelling}") == quantity("3 request")


@pytest.mark.parametrize("spelling", ["url", "urls", "URL", "URLs"])
def test_spellings_of_url(spelling):
    assert quantity(f"3 {spelling}") == quantity("3 url")


@pytest.mark.parametrize(
    "noun",
    [
        *("user", "request", "read", "write", "tweet", "post", "message", "email", "photo"),
        *("video", "file", "page", "url", "link", "paste", "search", "view", "click", "event"),
        *("order", "transaction", "payment", "upload", "download", "connection", "session"),
        *("object", "key", "row", "item", "server", "node"),
    ],
)
def test_what_is_counted_without_being_declared(noun):
    one, many = quantity(f"1 {noun}"), quantity(f"2 {plural(noun)}")
    assert many == 2 * one
    assert one.kind == noun


def test_every_unit_reads_back_from_its_symbol():
    for unit in UNITS.values():
        if unit.symbol not in "$%":
            assert quantity(f"2 {unit.symbol}").value == pytest.approx(2 * unit.size(DEFAULT))


def test_no_word_has_two_meanings():
    vocabulary = Vocabulary.of()
    nouns = {word for noun in BUILTIN_NOUNS for word in (noun, plural(noun))}
    assert not nouns & UNITS.keys()
    assert not nouns & AMBIGUOUS.keys()
    assert not AMBIGUOUS.keys() & UNITS.keys()
    assert vocabulary.unit("links").symbol == "link"


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("link", "links"),
        ("query", "queries"),
        ("key", "keys"),
        ("search", "searches"),
        ("box", "boxes"),
        ("class", "classes"),
        ("person", "people"),
    ],
)
def test_plurals(noun, many):
    assert plural(noun) == many
    assert quantity(f"2 {many}", nouns=[noun]) == quantity(f"2 {noun}", nouns=[noun])


def test_counted_things_are_kinds_of_their_own():
    with pytest.raises(UnitError):
        quantity("1 user + 1 request")
    with pytest.raises(UnitError):
        quantity("1 redirect + 1 link", nouns=["redirect"])


def test_a_noun_is_declared_and_never_guessed():
    with pytest.raises(UnitError, match="no unit"):
        quantity("5 redirect")
    assert str(quantity("5 redirects", nouns=["redirect"])) == "5 redirect"


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("rides", "ride"),
        ("queries", "query"),  # a spelling of request already
        ("categories", "category"),
        ("caches", "cache"),
        ("batches", "batch"),
        ("boxes", "box"),
        ("classes", "class"),
        ("people", "person"),
    ],
)
def test_a_declared_plural_declares_its_singular(many, one):
    assert quantity(f"2 {one}", nouns=[many]) == quantity(f"2 {many}", nouns=[many])


def test_a_noun_that_ends_in_s_stays_what_it_is():
    assert str(quantity("5 status", nouns=["status"])) == "5 status"
    assert str(quantity("5 rides", nouns=["rides", "ride"])) == "5 rides"
    assert quantity("5 min", nouns=["mins"]).kind == "time"
    assert quantity("5 meter", nouns=["meters"]).kind == "length"


@pytest.mark.parametrize(
    ("word", "one"),
    [
        ("rides", "ride"),
        ("ride", "ride"),
        ("categories", "category"),
        ("movies", "movie"),
        ("caches", "cache"),
        ("batches", "batch"),
        ("searches", "search"),
        ("boxes", "box"),
        ("hashes", "hash"),
        ("classes", "class"),
        ("cases", "case"),
        ("people", "person"),
        *((word, word) for word in ("status", "class", "analysis", "bus", "gas", "dns")),
    ],
)
def test_the_singular(word, one):
    assert singular(word) == one


@pytest.mark.parametrize(
    ("text", "undeclared"),
    [
        ("20M rides per day", "ride"),
        ("5 core", "core"),
        ("62^7 code", ""),  # near to node
        ("5 GB to MB/album", "album"),
        ("5 zz", ""),  # no word
        ("5 Core", ""),
        ("5 requets", ""),  # near to a word that is known
        ("5 msgs", ""),
        ("5 mb", ""),
        ("core", ""),  # may be the name of a value
    ],
)
def test_what_may_be_declared_is_known_to_the_error(text, undeclared):
    with pytest.raises(UnitError) as caught:
        quantity(text)
    assert caught.value.undeclared == undeclared
    assert caught.value.at((0, 1), text).within("somewhere").undeclared == undeclared


@pytest.mark.parametrize(
    "noun",
    [
        *("Link", "two words", "", "2x", "é", "to", "and", "x", "k", "mb", "time"),
        *("max", "downtime", "nine", "nines"),
    ],
)
def test_a_noun_must_be_a_plain_word_that_is_free(noun):
    with pytest.raises(UnitError):
        quantity("5", nouns=[noun])


def test_what_people_mean_is_said_and_never_read():
    """A word with advice is no unit, whatever else comes to be one; the advice can be followed."""
    vocabulary = Vocabulary.of()
    assert [word for word in MEANT if vocabulary.unit(word)] == []
    for word in MEANT:
        with pytest.raises(UnitError) as caught:
            quantity(f"5 {word}")
        assert caught.value.fix == hint(word)
        assert hint(word.upper()) == hint(word)


def test_a_noun_that_people_shorten_may_be_declared():
    assert str(quantity("30 fps", nouns=["fps"])) == "30 fps"


def test_a_noun_that_is_a_unit_stays_the_unit():
    assert quantity("1 day", nouns=["day"]) == quantity("86400 s")
