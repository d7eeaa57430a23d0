"""A design to build, and runs that are remembered: a result depends on its fingerprint alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sdcli.documents import Built, Check, build, check
from sdcli.documents.evidence.exact import Exact
from sdcli.experiments import ring_balance

if TYPE_CHECKING:
    from pathlib import Path

    from sdcli.documents.evidence.result import Evidence

SHOP = """\
schema: sdcli/1
id: shop
title: Shop
nouns: [link, redirect]
summary: A shop for links.
requirements:
  functional: [{id: F1, text: shorten a URL}]
  quality:
    - {id: Q1, metric: ring.balance.peak_to_mean, of: ring, op: "<=", target: 1.25}
    - {id: Q2, metric: estimate.write_rate, op: "<=", target: 1000 link/s}
    - {id: Q3, text: redirects feel instant}
goals: [a link is short]
out_of_scope: [accounts]
assumptions:
  writes: {value: 100M link/month, source: product brief}
  read_ratio: {value: 100 redirect/link}
  item: {value: 500 B/link, origin: accepted}
  page: {value: 1 to 4 KB/redirect}
estimates:
  write_rate: {formula: writes, unit: link/s}
  read_rate: {formula: writes * read_ratio, unit: redirect/s}
  data: {formula: writes * item * 5 year, unit: TB}
  pages: {formula: read_rate * page, unit: MB/s}
components:
  lb: {kind: load-balancer}
  ring:
    kind: hash-ring
    role: spreads the links
    params: {nodes: 8, vnodes: 160}
    evidence: [{run: ring.balance, with: {keys: 2000}}]
  cache: {kind: cache, params: {size: data / 10}}
  store: {kind: kv-store}
  search: {kind: search-index, params: {rate: 100 request/s, capacity: 200 request/s}}
flows:
  redirect: client -> lb -> ring -> cache | store
api: [{call: "GET /{code}", flow: redirect, rate: read_rate, request: 200 B, response: 300 B}]
data:
  links:
    fields: {code: {type: text, size: 7 B, key: true}, url: {type: text, size: 93 B}}
    rows: 6G link
    store: store
decisions:
  - id: D1
    options: [ring, modulo]
    choice: ring
    confirm: ring.spread <= 0.1
    revisit_when: write_rate > 1k link/s
growth: {rates: {writes: 5 %/month}}
cost: {items: [{text: memory, price: memory, amount: data / 10}]}
risks: [{id: R1, text: hot keys}]
discussion: [{topic: Codes, text: "Seven letters.\\n\\n- base62\\n- no collisions"}]
failures: [{id: X1, of: cache, mode: the cache is empty, survives_if: read_rate <= 5k redirect/s}]
cross_cutting: [{topic: Security, text: links are public}]
rollout:
  stages: [{stage: canary, share: 1 %, go_if: ring.spread <= 0.1}]
  rollback: the old service stays
  readiness: [{question: How is it turned off?, answer: with a flag}]
questions: [{id: O1, text: which region first}]
glossary: {link: a short URL}
"""

_RESULTS: dict[str, Evidence] = {}


@pytest.fixture(autouse=True)
def remembered_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring_balance, "POINTS_BUDGET", 20_000)  # 15 rings instead of 312
    run = Exact.run

    def remembered(plan: Exact) -> Evidence:
        if plan.fingerprint not in _RESULTS:
            _RESULTS[plan.fingerprint] = run(plan)
        return _RESULTS[plan.fingerprint]

    monkeypatch.setattr(Exact, "run", remembered)


@dataclass
class Desk:
    """A folder with a design, and what tests do there."""

    folder: Path

    @property
    def design(self) -> Path:
        return self.folder / "design.yaml"

    @property
    def document(self) -> Path:
        return self.folder / "shop.md"

    @property
    def ledger(self) -> Path:
        return self.folder / "shop.evidence.json"

    @property
    def text(self) -> str:
        return self.document.read_bytes().decode()

    def change(self, old: str, new: str, path: Path | None = None) -> None:
        path = path or self.design
        text = path.read_bytes().decode()
        assert old in text, f"{old!r} does not stand in {path.name}"
        path.write_bytes(text.replace(old, new, 1).encode())

    def build(self, **options) -> Built:
        return build(self.design, **options)

    def check(self, **options) -> Check:
        return check(self.design, **options)

    def states(self, **options) -> dict[str, str]:
        return {block.id: block.state for block in self.check(**options).blocks}

    def not_fresh(self, **options) -> dict[str, str]:
        return {name: state for name, state in self.states(**options).items() if state != "fresh"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A folder with the design of the shop."""
    folder = tmp_path / "desk"
    folder.mkdir()
    made = Desk(folder)
    made.design.write_text(SHOP)
    return made


@pytest.fixture
def built(desk: Desk) -> Desk:
    """The same with its document."""
    desk.build()
    return desk
