"""Every value of a gallery design changed in turn, and every block of its document edited in turn.

A change of a number, a name or a formula must be named by its key; a change of prose must make
nothing stale. What is prose is listed here by hand: words that no number depends on. All prose of a
design is changed at once, since what one text makes stale no other makes fresh.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sdcli.core import yaml
from sdcli.core.errors import SdcliError
from sdcli.documents import build, check
from sdcli.documents.text.markers import blocks_of, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
GALLERY = sorted((ROOT / "examples" / "designs").glob("*/design.yaml"))
# Every design in `make soak`, one otherwise: each change is a check of its own.
ONE = [path for path in GALLERY if path.parent.name == "url-shortener"]
DESIGNS = GALLERY if os.environ.get("SOAK") else ONE

Path_ = tuple[Any, ...]

PROSE = {
    *(
        "title",
        "status",
        "date",
        "summary",
        "context",
        "goals",
        "out_of_scope",
        "owners",
        "reviewers",
        "owner",
    ),
    *("text", "source", "role", "because", "consequence", "drivers", "topic", "mode", "effect"),
    *("detection", "response", "mitigation", "then", "watch", "rollback", "question", "answer"),
    *("fails", "stage", "glossary"),
}
# Another word of the same sort, where a number or a formula will not do.
WORDS = {
    "kind": {"service": "load-balancer", "kv-store": "database", "cache": "cdn"},
    "profile": {"full": "rfc"},
    "priority": {"must": "should", "should": "must", "could": "must"},
    "op": {"<=": "<", ">=": ">", "<": "<=", ">": ">="},
    "confidence": {"low": "high", "medium": "high", "high": "low"},
    "algorithm": {"token-bucket": "fixed-window", "fixed-window": "token-bucket"},
    "delivery": {"at-least-once": "at-most-once"},
    "hash": {"blake2b": "xxh3"},
}
PARTS = 4  # so that two processes share the work
# What a part of a list is known by, where it is not known by its place.
NAMED_BY = ("id", "run", "estimate")


def leaves(data: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every value of the file with its path."""
    if isinstance(data, dict):
        for key, part in data.items():
            yield from leaves(part, (*path, key))
    elif isinstance(data, list):
        for i, part in enumerate(data):
            yield from leaves(part, (*path, i))
    else:
        yield path, data


def is_prose(path: Path_) -> bool:
    """Whether the value is words alone; `growth.watch` and `evidence` are no prose."""
    if path[0] in ("growth", "cost"):
        return path[-1] in ("then", "text", "source")
    if path[0] == "api":
        return path[-1] == "text"  # a response is a size there
    named = [part for part in path if isinstance(part, str)]
    return named[-1] in PROSE or named[0] in ("glossary", "discussion", "cross_cutting")


def changed(path: Path_, value: Any) -> Any:
    """Another value of the same sort; None where there is none."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    name = next(part for part in reversed(path) if isinstance(part, str))
    if name in WORDS:
        return WORDS[name].get(value)
    number = re.search(r"(?<![\w.])[0-9]+(\.[0-9]+)?", value)
    if number and name not in ("id", "call", "metric", "run", "as_of"):
        more = f"{float(number[0]) * 1.5 or 1:g}"
        return value[: number.start()] + more + value[number.end() :]
    return None


def put(data: Any, path: Path_, value: Any) -> Any:
    """The data with one value changed."""
    if not path:
        return value
    copy = data.copy()
    copy[path[0]] = put(data[path[0]], path[1:], value)
    return copy


def key_of(data: Any, path: Path_) -> str:
    """The dotted key that a check names: parts of lists by what they are known by."""
    words: list[str] = []
    for part in path:
        data = data[part]
        if isinstance(part, str):
            words.append(part)
        elif isinstance(data, dict) and any(name in data for name in NAMED_BY):
            words.append(str(next(data[name] for name in NAMED_BY if name in data)))
        else:
            words[-1] += f"[{part}]"
    return ".".join(words)


@pytest.fixture(scope="module", params=DESIGNS, ids=lambda path: path.parent.name)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a design with its document, both written plainly."""
    folder = tmp_path_factory.mktemp("mutation") / request.param.parent.name
    shutil.copytree(request.param.parent, folder)
    path = folder / "design.yaml"
    path.write_text(yaml.dump(yaml.parse(request.param.read_text(), "d").data))
    build(path, fresh=True)
    assert check(path, fast=True).holds
    return path


def stale_keys(path: Path) -> dict[str, str]:
    return {
        str(block.key): block.id
        for block in check(path, fast=True).blocks
        if block.state == "input-stale"
    }


def test_prose_that_is_changed_makes_nothing_stale(desk):
    whole = desk.read_text()
    data = changed_data = yaml.parse(whole, "d").data
    seen = 0
    for path, value in leaves(data):
        if path[0] not in ("schema", "id", "profile") and is_prose(path):
            new = f"{value} Indeed."
            if path[0] == "status":
                new = "draft" if value != "draft" else "review"
            changed_data = put(changed_data, path, new)
            seen += 1
    assert seen > 100
    try:
        desk.write_text(yaml.dump(changed_data))
        assert stale_keys(desk) == {}
    finally:
        desk.write_text(whole)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_value_that_is_changed_is_named(desk, part):
    whole = desk.read_text()
    data = yaml.parse(whole, "d").data
    silent, wrong = [], []
    seen = 0
    try:
        for path, value in list(leaves(data))[part::PARTS]:
            if path[0] in ("schema", "id", "profile") or is_prose(path):
                continue
            new = changed(path, value)
            if new is None:
                continue
            key = key_of(data, path)
            desk.write_text(yaml.dump(put(data, path, new)))
            try:
                stale = stale_keys(desk)
            except SdcliError as error:
                # a change that makes the design unsound is refused with its line, never silent
                if f"{desk.name}:" not in error.render():
                    wrong.append(f"{key}: {error.render()}")
                continue
            seen += 1
            if key not in stale:
                silent.append(f"{key}: {value!r} -> {new!r}, stale: {sorted(stale)[:6]}")
    finally:
        desk.write_text(whole)
    assert seen > 100 / PARTS
    assert silent == []
    assert wrong == []


def test_every_block_that_is_edited_is_named_and_no_other(desk):
    document = desk.parent / f"{desk.parent.name}.md"
    whole = document.read_text()
    blocks = blocks_of(pieces(whole, "d"))
    assert len(blocks) >= 30
    try:
        for name, block in blocks.items():
            words = re.search(r"[A-Za-z]{4,}", block.text)
            assert words
            raw = block.raw.replace(block.text, block.text.replace(words[0], "Xyzzy", 1))
            document.write_text(whole.replace(block.raw, raw))
            states = {b.id: b.state for b in check(desk, fast=True).blocks if b.state != "fresh"}
            assert states == {name: "edited"}
    finally:
        document.write_text(whole)
