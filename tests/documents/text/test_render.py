"""Templates: escaping that cannot be forgotten, and a sandbox for the ones of a design."""

from __future__ import annotations

import os

import pytest

from sdcli.core.errors import InputError
from sdcli.documents.text import render
from sdcli.documents.text.render import Renderer


def own_template(desk, text: str, name: str = "risks") -> None:
    path = desk.folder / "templates" / "document" / f"{name}.md.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_what_a_template_prints_is_escaped_whatever_it_does(desk):
    own_template(
        desk,
        "{{ rows[0].text }} {% set x = rows[0].text | trim %}{{ x }}"
        " {{ rows | map(attribute='text') | join }}",
    )
    text = Renderer(desk.folder).block("risks", {"rows": [{"text": "<b>|"}]})
    assert text == "\n" + " ".join([r"&lt;b&gt;\|"] * 3) + "\n\n"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ rows", "risks.md.j2:1"),
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{{ rows[0].nothing }}", "nothing"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ rows.__init__.__globals__ }}", "unsafe"),
        ("{{ rows.append(1) }}", "may not use call"),
        (
            "\n{% include '../../../../../../etc/passwd' %}",
            "md.j2:2: a template may not use include",
        ),
        ("{{ 'x' * 10 }}", "may not use *"),
        ("{{ '%50000000d' % 1 }}", "may not use %"),
        ("{{ 'x' + 'x' }}", "may not use +"),
        ("{{ 2 ** 9999999 }}", "may not use pow"),
        ("{{ 'a' | center(50000000) }}", "may not use the filter center"),
        ("{{ '%50000000d' | format(1) }}", "may not use the filter format"),
        ("{{ 'a' | replace('', 'aaaa') }}", "may not use the filter replace"),
        ("{{ 'a' | indent(50000000) }}", "may not use the filter indent"),
        ("{{ rows | batch(50000000, 'x') }}", "may not use the filter batch"),
        ("{{ rows | map('center', 50000000) | join }}", "center"),
        ("{{ 'a'.center(50000000) }}", "may not use call"),
        ("{{ '{:50000000}'.format(1) }}", "may not use call"),
        ("{{ lipsum(n=9999) }}", "may not use call"),
        ("{% for i in range(99999999) %}{% endfor %}", "may not use call"),
        ("{% set x = 'x' ~ 'x' %}{{ x }}", "may not use concat"),
        ("{% set x %}xx{% endset %}", "may not use assignblock"),
        ("{% macro m() %}xx{% endmacro %}", "may not use macro"),
        ("{% set x = ['x', 'x'] %}", "may not use list"),
        ("{% for a in rows[0].text %}" * 12 + "{% endfor %}" * 12, "more than 1000000 times"),
        ("{% for a in rows[0].text %}" * 30 + "{% endfor %}" * 30, "nested too deep"),
        ("{% for a in rows[0].text %}" * 5 + "x" * 99 + "{% endfor %}" * 5, "2000000 characters"),
        ("{% set x = rows[0].text %}" + "{% set x = x | join(x) %}" * 9, "2000000 characters"),
        ("{{ " + "(" * 50_000 + "1" + ")" * 50_000 + " }}", "nested too deep"),
        ("{{ " + "not " * 40_000 + "1 }}", "nested too deep"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ rows | code }}", "fails"),
        ("<!-- sdcli:end risks -->", "may not write markers"),
        ("<!--  SDCLI:begin x -->", "may not write markers"),
    ],
)
def test_a_template_that_goes_too_far_is_refused_with_its_file(desk, template, words):
    own_template(desk, template)
    with pytest.raises(InputError) as caught:
        desk.build()
    assert "risks.md.j2" in caught.value.render()
    assert words in caught.value.render()
    assert not desk.document.exists()


def test_what_is_escaped_again_and_again_is_bounded(desk, monkeypatch):
    """Each escape of a backslash doubles it: forty of them would make a million millions."""
    monkeypatch.setattr(render, "TEXT_MAX", 5000)
    own_template(desk, "{{ '<`' " + "| prose " * 40 + "}}")
    with pytest.raises(InputError, match="more than 5000 characters"):
        Renderer(desk.folder).block("risks", {"rows": []})


def test_a_template_that_is_a_link_out_of_the_folder_is_refused(desk, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    own_template(desk, "")
    path = desk.folder / "templates" / "document" / "risks.md.j2"
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(InputError, match="leaves the folder"):
        desk.build()


def test_a_template_too_large_to_be_one_is_refused(desk):
    own_template(desk, "x" * 300_000)
    with pytest.raises(InputError, match="larger than"):
        desk.build()


def test_a_template_cannot_reach_the_environment(desk, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    assert os.environ["SECRET_TOKEN"] == "hunter2"
    own_template(desk, "{{ cycler.__init__.__globals__.os.environ }}")
    with pytest.raises(InputError):
        desk.build()


def test_a_template_that_no_block_would_use_is_refused(desk):
    folder = desk.folder / "templates" / "document"
    folder.mkdir(parents=True)
    (folder / "risk.md.j2").write_text("## Risks\n")
    with pytest.raises(InputError) as caught:
        desk.build()
    assert "no block has a template of this name" in caught.value.render()
    assert "did you mean risks" in caught.value.render()


def test_a_template_that_steers_a_terminal_is_refused_with_its_line(desk):
    folder = desk.folder / "templates" / "document"
    folder.mkdir(parents=True)
    (folder / "risks.md.j2").write_text("## Risks\n\x1b[2Jgone\n")
    with pytest.raises(InputError) as caught:
        desk.build()
    assert "risks.md.j2:2: a template holds no control characters" in caught.value.render()
