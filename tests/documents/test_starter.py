"""The design that one starts from."""

from __future__ import annotations

import pytest

from sdcli.core.errors import InputError
from sdcli.design import model, parse, validate
from sdcli.documents import build, check
from sdcli.documents.starter import starter


def test_it_builds_as_it_is_and_meets_its_requirements(tmp_path):
    path = tmp_path / "design.yaml"
    path.write_text(starter("my-system"))
    built = build(path)
    assert {verdict.word for verdict in built.verdicts} == {"met"}
    assert built.document.name == "my-system.md"
    assert check(path).holds
    assert "Nothing: every section" in built.document.read_text()


def test_it_has_no_fault_and_the_title_of_its_id():
    loaded = parse(starter("my-system"), "design.yaml")
    assert validate(loaded) == []
    assert (loaded.design.id, loaded.design.title) == ("my-system", "My system")


def test_it_shows_every_key_that_a_design_may_have():
    parts = [part for name in model.__all__ if isinstance(part := getattr(model, name), type)]
    known = {field.alias or name for part in parts for name, field in part.model_fields.items()}
    assert {"survives_if", "as_of", "confidence", "with"} <= known
    text = starter("my-system")
    assert [key for key in sorted(known) if f"{key}:" not in text] == []


@pytest.mark.parametrize("name", ["", "My-System", "a b", "../x", "9-lives", "x: y"])
def test_a_name_that_is_no_id_is_refused(name):
    with pytest.raises(InputError, match="not an id"):
        starter(name)
