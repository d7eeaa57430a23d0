"""The API and the data model, as a reader finds them, and what makes them stale."""

from __future__ import annotations

import pytest

from sdcli.documents.text.markers import blocks_of, pieces

DESIGN = """\
schema: sdcli/1
id: shop
title: Links
profile: rfc
nouns: [link, redirect]
assumptions:
  writes: {value: 100M link/month}
  url: {value: 93 B}
  room: {value: 1 TB}
components:
  web: {kind: service}
  store: {kind: kv-store, params: {size: room}}
flows:
  write: {path: client -> web -> store, rate: writes, budget: 200 ms}
  read: client -> web -> store
api:
  - {call: POST /x, text: a | b, flow: write, request: url + 7 B, response: 50 B, latency: 100 ms}
  - {call: PUT /x, flow: write}
  - {call: "GET /{code}", flow: read, response: 1 KB}
data:
  users: {fields: {id: {type: int, size: 8 B, key: true}, name: {type: text}}, rows: 10k}
  links:
    text: one short link
    fields:
      code: {type: char(7), size: 7 B, key: true}
      url: {type: text, size: url, text: where it leads}
      owner: {type: int, size: 8 B, refers: users}
    new: writes
    kept: 5 year
    copies: 3
    store: store
"""


@pytest.fixture
def links(desk):
    desk.design.write_text(DESIGN)
    desk.build()
    return desk


def block(desk, name: str) -> list[str]:
    return blocks_of(pieces(desk.text, "d"))[name].text.strip().splitlines()


def test_each_call_stands_with_its_numbers_and_what_it_lacks(links):
    """38.58 link/s × 100 B = 3.858 KB/s in, × 50 B = 1.929 KB/s out."""
    lines = block(links, "api")
    rows = [line for line in lines if line.startswith("| `") or "All calls" in line]
    assert rows == [
        (
            r"| `POST /x` | a \| b | write | 100M link/month (the flow's) | 100 B | 50 B"
            " | 100 ms: **not kept**, the flow may take 200 ms | 3.858 KB/s | 1.929 KB/s |"
        ),
        (
            "| `PUT /x` |  | write | 100M link/month (the flow's) | not given | not given"
            " | not given | not known | not known |"
        ),
        (
            "| `GET /{code}` |  | read | not given | not given | 1 KB | not given"
            " | not known | not known |"
        ),
        "| **All calls** | | | | | | | 3.858 KB/s | 1.929 KB/s |",
    ]
    assert "Payload only, without headers; what is not known is not in the sum." in lines
    assert any(line.startswith("`POST /x`, `PUT /x` all take the whole rate") for line in lines)
    assert "`GET /{code}` moves an unknown amount: out: no rate is given." in lines
    assert (
        "- `POST /x, in = rate × request = 100M link/month × 100 B/link ÷ 2.592M s/month"
        " = 3.858 KB/s`" in lines
    )


def test_the_data_model_sums_up_what_is_known_and_says_what_is_not(links):
    """108 B × 6.083G = 657 GB, thrice 1.971 TB; a year 108 B × 1.217G × 3 = 394.2 GB."""
    lines = block(links, "data")
    assert [line for line in lines if line.startswith(("| `", "| **"))] == [
        (
            "| `users` | not given | 10k | at least 8 B | 80 KB | not given, 1 is counted | 80 KB"
            " | not known |"
        ),
        "| `links` | `store` | 6.083G link | 108 B/link | 657 GB | 3 | 1.971 TB | 394.2 GB |",
        "| **All** | | | | 657 GB | | 1.971 TB | 394.2 GB |",
    ]
    assert "`store` holds 657 GB in one copy, 1.971 TB in all; its size is given as 1 TB." in lines


def test_a_store_that_is_too_small_is_said_to_be(links):
    links.change("value: 1 TB", "value: 600 GB")
    links.build()
    assert any("600 GB, **which is too small**" in line for line in block(links, "data"))


def test_an_entity_has_its_fields_its_gaps_and_its_working(links):
    assert block(links, "entity/users") == [
        *("### Entity users", ""),
        "| Field | Type | Size | Key | Refers to | Meaning |",
        "|---|---|---|---|---|---|",
        "| `id` | `int` | 8 B | key |  |  |",
        "| `name` | `text` | not given |  |  |  |",
        *("", "Not counted in the size of a row:", "", "- `name`: no size is given", ""),
        *("Worked line by line:", "", "- `row = id_size = 8 B`"),
        "- `one_copy = rows × row = 10k × 8 B = 80 KB`",
    ]
    text = block(links, "entity/links")
    assert text[:3] == ["### Entity links", "", "one short link"]
    assert "| `url` | `text` | 93 B |  |  | where it leads |" in text
    assert "New: `writes`. Kept: `5 year`; after that as much goes as comes." in text


@pytest.mark.parametrize(
    ("old", "new", "blocks", "key"),
    [
        ("100M link", "200M link", ["api", "data", "entity/links"], "assumptions.writes.value"),
        ("value: 93 B", "value: 94 B", ["api", "data", "entity/links"], "assumptions.url.value"),
        ("budget: 200 ms", "budget: 90 ms", ["api"], "flows.write.budget"),
        ("rate: writes", "rate: 2 link/s", ["api"], "flows.write.rate"),
        ("50 B", "51 B", ["api"], "api[0].response"),
        ("value: 1 TB", "value: 2 TB", ["data"], "assumptions.room.value"),
        ("size: room", "size: room / 2", ["data"], "components.store.params.size"),
        ("copies: 3", "copies: 4", ["data", "entity/links"], "data.links.copies"),
        ("key: true}, name", "key: false}, name", ["data", "entity/users"], None),
        ("refers: users", "refers: links", ["data", "entity/links"], None),
        ("code: {type", "id: {type", ["data", "entity/links"], "data.links.fields"),
        ("type: char(7)", "type: char(8)", ["data", "entity/links"], None),
    ],
)
def test_every_key_that_is_read_is_named_when_it_changes(links, old, new, blocks, key):
    links.change(old, new)
    found = {
        state.id: state.key
        for state in links.check(fast=True).blocks
        if state.state == "input-stale"
    }
    ours = [name for name in found if name.split("/")[0] in ("api", "data", "entity")]
    assert ours == blocks
    if key:
        assert [found[name] for name in blocks] == [key] * len(blocks)


@pytest.mark.parametrize(
    ("old", "new"),
    [("where it leads", "the target"), ("a | b", "shorten"), ("one short link", "a link")],
)
def test_another_wording_makes_nothing_stale(links, old, new):
    links.change(old, new)
    assert links.not_fresh(fast=True) == {}


def test_that_very_many_totals_are_added_by_their_medians_is_said_where_it_happens(desk):
    told = "So many amounts are ranges that the sums are of their medians."

    def built(count: int) -> str:
        calls = "".join(
            f"  - {{call: c{i}, rate: 1 to 4 request/s, request: 1 B}}\n" for i in range(count)
        )
        data = "".join(
            f"  e{i}: {{rows: 1 to 4, fields: {{f: {{type: text, size: 1 B}}}}}}\n"
            for i in range(count)
        )
        desk.design.write_text(f"schema: sdcli/1\nid: shop\ntitle: T\napi:\n{calls}data:\n{data}")
        desk.build(fresh=True)
        return desk.text

    assert told not in built(30)
    found = built(31)
    assert found.count(told) == 2
    # 31 times sqrt(1 * 4)
    assert "| **All calls** | | | | | | | 62 B/s | not known |" in found
    assert "| **All** | | | | 62 B | | 62 B | not known |" in found
