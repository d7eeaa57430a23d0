"""`sdcli estimate sheet`: from a file, from stdin, by name; what is printed and what is refused."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from sdcli.cli import estimate, estimate_beside
from sdcli.core.errors import FaultsFound, InputError
from sdcli.estimate.worksheet import Worksheet

ROOT = Path(__file__).resolve().parents[2]
PHOTOS = """\
title: Photos
nouns: [album]
assumptions:
  users: {value: 10M to 20M user, source: product brief}
  uploads: 1 to 16 photo/user/day
  size: 500 KB/photo
  albums: 3 album/user
estimates:
  rate: {formula: users * uploads, unit: photo/s}
  traffic: {formula: rate * size, unit: Gbps}
  albums_kept: users * albums
  servers: {formula: ceil(rate / (100 photo/s/server)), unit: server}
"""


@pytest.fixture
def photos(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "photos.yaml"
    path.write_text(PHOTOS)
    return path


def test_a_sheet_shows_assumptions_working_and_what_drives_the_ranges(estimated, photos):
    text = estimated("sheet", str(photos))
    assert text.startswith("Photos\n")
    said = " ".join(text.split())
    assert "users 10M to 20M user (product brief)" in said
    assert "size 500 KB/photo" in said
    assert "albums_kept = users × albums = (10M to 20M user) × 3 album/user" in said
    # sqrt(200) M * 4 photo/day / 86,400 s
    assert "= 654.7 photo/s" in said
    # ln 2 and ln 16 wide: 1 and 16 parts of 17
    assert (
        "rate, traffic: 90 % interval, closed form; uploads drives 94 % of the spread: ask about it"
        " first; then users 5.9 %" in said
    )
    assert "albums_kept: 90 % interval, closed form" in said
    assert "servers: 90 % interval, Monte Carlo, 10,000 draws, seed 7" in said
    assert said.endswith("taken: day 86,400 s, KB 1000 B")


def test_a_sheet_for_programs(estimated, photos):
    answer = json.loads(estimated("sheet", str(photos), "--json"))
    assert list(answer) == ["sheet", "title", "nouns", "assumptions", "estimates", "conventions"]
    assert answer["sheet"] == str(photos)
    assert answer["nouns"] == ["album"]
    users = answer["assumptions"]["users"]
    assert (users["low"], users["high"]) == (10e6, 20e6)
    assert (users["text"], users["source"]) == ("10M to 20M user", "product brief")
    rate = answer["estimates"]["rate"]
    assert rate["unit"] == "photo/s"
    assert rate["formula"] == "users * uploads"
    assert rate["uses"] == ["users", "uploads"]
    assert rate["worked"].startswith("rate = users × uploads = ")
    assert rate["method"] == "closed-form"
    assert [one["source"] for one in rate["sensitivity"]] == ["uploads", "users"]
    assert answer["conventions"] == {"day": "86,400 s", "KB": "1000 B"}


def test_a_sheet_is_read_from_stdin(estimated, monkeypatch):
    for text in ("estimates: {a: 2 + 3}\n", "estimates:\r\n  a: 2 + 3\r\n"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        said = estimated("sheet", "-")
        assert said == "stdin\n\nestimates\n  a = 2 + 3 = 5\n"


def test_bytes_on_stdin_that_are_no_text_are_refused(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: \xff")))
    with pytest.raises(InputError, match="stdin: this is not UTF-8 text"):
        estimate.main(["sheet", "-"])


def test_a_shipped_sheet_has_a_name(estimated, photos):
    """Xu, vol. 1, ch. 2: ~55 PB of media in five years."""
    text = estimated("sheet", "twitter")
    assert "media_kept = media_rate × kept = 30 TB/day × 5 year = 54.75 PB" in text
    assert estimated("twitter") == text
    assert estimated("twitter", "--json") == estimated("sheet", "twitter", "--json")


def test_a_file_goes_before_a_name(estimated, photos):
    """What lies in the folder one works in is what one means."""
    Path("twitter").write_text("estimates: {ours: 1 + 1}\n")
    assert "ours" in estimated("sheet", "twitter")
    assert "media_kept" in estimated("twitter")
    Path("drive").mkdir()
    assert "space_allocated" in estimated("sheet", "drive")


def test_a_sheet_of_ones_own_folder_has_a_name_too(estimated, tmp_path, monkeypatch):
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "ours.yaml").write_text("title: Ours\nestimates: {a: 1 + 1}\n")
    (tmp_path / "sheets" / "torn.yaml").write_text("estimates: [1\n")
    monkeypatch.setenv("SDCLI_PATH", str(tmp_path))
    assert "Ours" in estimated("ours")
    listed = estimated("sheet")
    assert "ours           Ours" in listed
    assert "torn           cannot be used: 1 fault found" in listed
    assert "twitter" in listed


def test_the_list_of_sheets(estimated):
    names = [one["name"] for one in json.loads(estimated("sheet", "--json"))["sheets"]]
    assert names == sorted(names)
    for name in names:
        assert f"{name} " in estimated("sheet")


def test_a_design_file_is_a_sheet(estimated):
    path = ROOT / "examples" / "designs" / "url-shortener" / "design.yaml"
    text = estimated("sheet", str(path))
    assert "write_rate = writes" in text


def test_the_faults_of_a_sheet_are_told_with_their_lines(photos):
    photos.write_text(
        PHOTOS.replace("users * uploads", "users * uplods").replace("source:", "src:")
    )
    with pytest.raises(FaultsFound) as caught:
        estimate.main(["sheet", str(photos)])
    assert [fault.line for fault in caught.value.faults] == [4, 9]
    photos.write_text(PHOTOS.replace("users * uploads", "users * uplods"))
    with pytest.raises(FaultsFound) as caught:
        estimate.main(["sheet", str(photos)])
    told, count = caught.value.render().splitlines()
    assert told == (
        f'error: {photos}:9: estimates.rate.formula: "uplods" is no name, unit or count noun that'
        ' is known here at "uplods" (character 9); fix: did you mean uploads?'
    )
    assert count == "1 fault found"


def test_the_words_of_a_sheet_move_no_cursor(estimated, photos):
    photos.write_text('title: "a\\e[2Jb"\nassumptions: {n: {value: 3, source: "\\e[31m"}}\n')
    assert estimated("sheet", str(photos)).startswith("a [2Jb\n")


def test_the_help_of_a_sheet_shows_one_that_works(estimated, photos):
    text = estimated("sheet", "--help")
    lines = [line[2:] for line in text.splitlines() if line.startswith("  ")]
    Path("helped.yaml").write_text("\n".join(lines) + "\n")
    said = estimated("sheet", "helped.yaml")
    assert "photos = rate × 5 year" in said


def test_a_sheet_in_rough_days_is_the_sum_by_head(estimated, tmp_path):
    """100M a day are 1,157 in each of 86,400 s, and 1,000 in each of 10^5 s."""
    path = tmp_path / "links.yaml"
    path.write_text("estimates:\n  rate: {formula: 100M link/day, unit: link/s}\n")
    assert "1.157k link/s" in estimated("sheet", str(path))
    rough = estimated("sheet", str(path), "--rough")
    assert "1k link/s" in rough
    assert "day 100,000 s" in rough


def chain(count: int) -> str:
    """A sheet of ranges, each summed to those above it."""
    lines = ["assumptions:", *(f"  x{i}: {i + 1} to {i + 3} MB" for i in range(count))]
    lines += ["estimates:", "  t0: x0 * 1"]
    return "\n".join([*lines, *(f"  t{i}: t{i - 1} + x{i}" for i in range(1, count))])


def test_a_sheet_of_very_many_ranges_is_refused_before_it_draws(tmp_path, monkeypatch):
    monkeypatch.setattr(Worksheet, "__init__", lambda *_: pytest.fail("it was worked out"))
    path = tmp_path / "long.yaml"
    path.write_text(chain(500))
    with pytest.raises(FaultsFound) as caught:
        estimate.main(["sheet", str(path)])
    (fault,) = caught.value.faults
    assert fault.message == "1000 ranges, and operations with them, are too many"
    assert fault.remedy == "at most 400; part the sheet"


def test_of_a_long_sum_the_first_estimates_say_what_drives_them(estimated, tmp_path, monkeypatch):
    """t0 has one source in closed form, t1 two draws' sources, t2 three, t3 four: 9 in all."""
    monkeypatch.setattr(estimate_beside, "COMPARED_MAX", 5)
    path = tmp_path / "sums.yaml"
    path.write_text(chain(4))
    answer = json.loads(estimated("sheet", str(path), "--json"))
    assert answer["sensitivity_left_out"] == ["t3"]
    assert [len(one["sensitivity"]) for one in answer["estimates"].values()] == [1, 2, 3, 0]
    said = estimated("sheet", str(path))
    assert "what drives t3 is not told: too many ranges to compare" in " ".join(said.split())
