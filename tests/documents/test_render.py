"""Templates: escaping that cannot be forgotten, and a sandbox for the ones of a design."""

from __future__ import annotations

import os

import pytest

from sdcli.core.errors import InputError
from sdcli.documents.render import Renderer


def own_template(desk, text: str, name: str = "risks") -> None:
    path = desk.folder / "templates" / "document" / f"{name}.md.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_what_a_template_prints_is_escaped_whatever_it_does(desk):
    own_template(desk, "{{ rows[0].text }} {{ rows[0].text ~ '' }} {{ [rows[0].text] | join }}")
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
        ("{{ rows.append(1) }}", "unsafe"),
        ("{% include '../../../../../../etc/passwd' %}", "passwd"),
        ("{% include '/etc/passwd' %}", "passwd"),
        ("{{ 'x' * 10 }}", "may not use *"),
        ("{{ 2 ** 9999999 }}", "may not use **"),
        ("{% for i in range(99999999) %}{% endfor %}", "Range too big"),
        ("{% for i in range(99999) %}{{ 'x' ~ rows[0].text }}" * 9 + "{% endfor %}" * 9, "than"),
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
