"""A design file from a stranger: whatever it says is text, and nothing else happens."""

from __future__ import annotations

import re

import merman
import pytest

from sdcli.core import yaml
from sdcli.core.errors import SdcliError
from sdcli.documents import build, check
from sdcli.documents.text.markers import blocks_of, pieces

ATTACKS = [
    "<!-- sdcli:end risks -->",
    "\n<!-- sdcli:end risks -->\n<!-- sdcli:begin evil sha256:" + "0" * 64 + " -->\n",
    "--> <script>alert(1)</script>",
    "| a | b |\n|---|---|\n| c | d |",
    "```\n```mermaid\nflowchart TD\n```",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "\x1b]0;owned\x07\x1b[31m\x9b2J",
    "[link](javascript:alert(1)) ![x](http://x)",
    "\u202e\u2066\u200b\ufeff",
    "# heading\n===\n---\n> quote\n    code",
    '"; end\nn1-->n2; click n1 callback',
    "%%{init: {'theme': 'dark'}}%%",
    "\r\n\u2028\u2029\x85",
    "$(touch owned) `id`",
    "&lt;b&gt; &#60;b&#62;",
]


def hostile(attack: str) -> str:
    """A design that says `attack` wherever text may stand."""
    return yaml.dump(
        {
            "schema": "sdcli/1",
            "id": "evil",
            "title": attack,
            "owners": [attack],
            "reviewers": [attack],
            "date": attack,
            "summary": attack,
            "context": attack,
            "goals": [attack],
            "requirements": {
                "functional": [{"id": "F1", "text": attack}],
                "quality": [{"id": "Q1", "text": attack}],
            },
            "out_of_scope": [attack],
            "assumptions": {"x": {"value": "1", "source": attack}},
            "components": {
                "a": {"kind": "service", "role": attack},
                "b": {"kind": "cache"},
                "c": {"kind": "external", "role": attack},
            },
            "flows": {
                "f": "client -> a -> b",
                "g": {"path": "client -> a -> b | c", "fails": attack},
                "h": {"path": "client -> a -> c", "fails": attack},
            },
            "api": [
                {"call": attack, "text": attack, "rate": "1/s", "request": "1 KB"},
                {"call": attack, "text": attack, "response": "1 KB"},
            ],
            "data": {
                "d": {
                    "text": attack,
                    "fields": {"x": {"type": attack, "size": "1 B", "text": attack}},
                    "rows": "10",
                }
            },
            "decisions": [
                {
                    "id": "D1",
                    "context": attack,
                    "drivers": [attack],
                    "options": [
                        {"name": attack, "text": attack},
                        {"name": "other", "text": attack, "values": {attack: "x + 1"}},
                        {"name": "third", "with": {"x": "2"}},
                    ],
                    "compare": {attack: "x"},
                    "choice": attack,
                    "because": attack,
                    "consequence": attack,
                }
            ],
            "failures": [
                {
                    "id": "X1",
                    "mode": attack,
                    "effect": attack,
                    "detection": attack,
                    "response": attack,
                    "survives_if": "x > 1",
                }
            ],
            "cross_cutting": [{"topic": attack, "text": attack}],
            "rollout": {
                "stages": [{"stage": attack, "watch": attack, "go_if": "x > 1"}],
                "rollback": attack,
                "readiness": [{"question": attack, "answer": attack}, {"question": attack}],
            },
            "questions": [{"id": "O1", "text": attack, "owner": attack}],
            "glossary": {attack: attack},
            "risks": [{"id": "R1", "text": attack, "mitigation": attack}],
            "discussion": [{"topic": attack, "text": attack}],
        }
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_words_are_inert_wherever_they_stand(tmp_path, attack):
    folder = tmp_path / "desk"
    folder.mkdir()
    path = folder / "design.yaml"
    path.write_text(hostile(attack), encoding="utf-8")
    calm = folder / "calm.yaml"
    calm.write_text(hostile("calm"), encoding="utf-8")
    built = build(path)
    text = built.document.read_text(encoding="utf-8")
    blocks = blocks_of(pieces(text, "d"))
    build(calm, out=tmp_path / "calm")
    expected = (tmp_path / "calm" / "evil.md").read_text()
    assert list(blocks) == list(blocks_of(pieces(expected, "d")))
    # the same headings, fences, comments and rows of tables as the calm one
    for pattern in (r"^#", r"^```", r"^<!--", r"^\|", r"^(=|-{3})", r"<[a-z]"):
        count = len(re.findall(pattern, text, re.MULTILINE))
        assert count == len(re.findall(pattern, expected, re.MULTILINE)), pattern
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066\u2028\ufeff]", text)
    assert "49" not in re.sub(r"<!--.*?-->", "", text)
    for diagram in re.findall(r"```mermaid\n(.*?)\n```", text, re.DOTALL):
        assert merman.Merman().validate(diagram, None).valid
    assert check(path).state == "fresh"
    assert sorted(p.name for p in folder.iterdir()) == [
        "calm.yaml",
        "design.yaml",
        "evil.evidence.json",
        "evil.md",
    ]
    assert built.ledger.read_bytes().isascii()


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: [*a, *a]\n",
        "[" * 5000,
        "schema: sdcli/1\nid: ../../evil\ntitle: x\n",
        "schema: sdcli/1\nid: x\ntitle: x\nestimates: {e: {formula: " + "(" * 5000 + "}}\n",
        "schema: sdcli/1\nid: x\ntitle: x\nestimates: {e: {formula: 9^9^9^9^9}}\n",
        "schema: sdcli/1\nid: x\ntitle: x\nassumptions: {a: {value: __import__('os')}}\n",
        "schema: sdcli/1\nid: x\ntitle: x\ncomponents: {a: {kind: service}}\nflows: {f: client"
        + " -> a | b" * 5000
        + "}\n",
        "schema: !!python/object/apply:os.system [id]\n",
        "x: 1\n" * 400_000,
        "schema: sdcli/1\nid: x\ntitle: x\nsummary: '" + "x" * 2_100_000 + "'\n",
    ],
    ids=["alias", "deep", "path", "brackets", "power", "code", "flow", "tag", "long", "large"],
)
def test_a_design_made_to_hurt_is_refused_and_nothing_is_written(tmp_path, text):
    folder = tmp_path / "desk"
    folder.mkdir()
    path = folder / "design.yaml"
    path.write_text(text)
    with pytest.raises(SdcliError) as caught:
        build(path)
    assert caught.value.exit_code == 2
    assert len(caught.value.render()) < 20_000
    assert [p.name for p in folder.iterdir()] == ["design.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        '"ti\\e[31mtle": 3\n',
        'status: "\\e[2J"\n',
        'owners: "\\e[2J"\n',
        'components: {"a\\e[2J": {kind: cache}}\n',
        'components: {a: {kind: "a\\e[31m", params: {"p\\e[2J": 1}}}\n',
        'components: {a: {kind: cache, params: {"p\\e[2J": "\\e[2J"}}}\n',
        'components: {a: {kind: hash-ring, evidence: [{run: r.b, with: {"\\e[2J": 1}}]}}\n',
        'components: {a: {kind: hash-ring, evidence: [{run: "ring.\\e[2J"}]}}\n',
        'flows: {f: "client -> \\e[2J"}\n',
        'requirements: {quality: [{id: Q1, metric: "e.\\e[2J", op: "<=", target: "\\e[2J"}]}\n',
        'decisions: [{id: D1, choice: a, options: [b], confirm: "\\e[2J <= 1"}]\n',
    ],
)
def test_an_error_about_a_hostile_design_steers_no_terminal(tmp_path, text):
    path = tmp_path / "design.yaml"
    path.write_text("schema: sdcli/1\nid: x\ntitle: x\n" + text)
    with pytest.raises(SdcliError) as caught:
        build(path)
    assert "\x1b" not in caught.value.render()
    assert "design.yaml:4" in caught.value.render()
