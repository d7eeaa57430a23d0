from __future__ import annotations

import pytest

from sdcli.content import load_scenario
from sdcli.content.check import check
from sdcli.content.new import new_scenario
from sdcli.core import folders
from sdcli.core.errors import InputError


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    own = tmp_path / "own"
    monkeypatch.setenv("SDCLI_PATH", str(own))
    return own / "scenarios"


def test_a_new_scenario_can_be_loaded_at_once(own_folder):
    path = new_scenario("photo-sharing")
    assert path == own_folder / "photo-sharing.yaml"
    scenario = load_scenario("photo-sharing")
    assert scenario.title == "Photo sharing"


def test_its_check_says_what_is_left_to_write_and_nothing_else():
    found = check([new_scenario("photo-sharing")])
    unwritten = [fault for fault in found if fault.message.startswith("this is still the text")]
    rest = [fault.render().split(": ", 1)[1] for fault in found if fault not in unwritten]
    assert len(unwritten) > 30
    assert [line.partition(";")[0] for line in sorted(rest)] == [
        "deep_dives: there are too few deep dives: 1",
        "questions: there are too few questions: 2",
        "rubric: no rubric item is of the step high_level",
        "rubric: no rubric item is of the step wrap_up",
        "rubric: there are too few rubric items: 2",
    ]


def test_nothing_is_ever_overwritten():
    path = new_scenario("photo-sharing")
    path.write_text("mine")
    with pytest.raises(InputError, match='there is a scenario "photo-sharing" already'):
        new_scenario("photo-sharing")
    assert path.read_text() == "mine"


def test_a_scenario_of_ours_is_not_begun_anew():
    with pytest.raises(InputError, match='there is a scenario "url-shortener" already'):
        new_scenario("url-shortener")


@pytest.mark.parametrize("name", ["Photo", "photo sharing", "../photo", "photo_sharing", "", "-x"])
def test_a_name_that_is_no_id_is_refused_before_anything_is_written(name, own_folder):
    with pytest.raises(InputError, match="this is no id"):
        new_scenario(name)
    assert not own_folder.exists()


def test_an_installed_program_writes_where_the_person_stands(tmp_path, monkeypatch):
    monkeypatch.delenv("SDCLI_PATH")
    installed = tmp_path / "site-packages/sdcli"
    (installed / "shipped/knowledge").mkdir(parents=True)
    templates = installed / "shipped/templates"
    templates.mkdir()
    ours = folders.shipped("templates") / "scenario.yaml"
    (templates / "scenario.yaml").write_text(ours.read_text(encoding="utf-8"))
    monkeypatch.setattr(folders, "_PACKAGE", installed)
    monkeypatch.chdir(tmp_path)
    assert new_scenario("photo-sharing").resolve() == tmp_path / "photo-sharing.yaml"


def test_a_checkout_writes_into_its_own_bank(tmp_path, monkeypatch):
    monkeypatch.delenv("SDCLI_PATH")
    templates = tmp_path / "checkout/templates"
    templates.mkdir(parents=True)
    ours = folders.shipped("templates") / "scenario.yaml"
    (templates / "scenario.yaml").write_text(ours.read_text(encoding="utf-8"))
    monkeypatch.setattr(folders, "_PACKAGE", tmp_path / "checkout/sdcli")
    path = new_scenario("photo-sharing")
    assert path == tmp_path / "checkout/knowledge/scenarios/photo-sharing.yaml"
