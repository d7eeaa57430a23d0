"""`sdcli doc diff` as it is typed: two designs, or one against a revision of git."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from typer.testing import CliRunner

from sdcli.cli.app import app
from sdcli.core.errors import DamagedError, FaultsFound, InputError, MissingError

TINY = """\
schema: sdcli/1
id: tiny
title: Tiny
nouns: [link]
requirements:
  quality:
    - {id: Q1, metric: estimate.rate, op: "<=", target: 100 link/s}
assumptions: {writes: {value: 50 link/s}}
estimates: {rate: {formula: writes * 1.5, unit: link/s}}
components:
  store: {kind: database, params: {size: 1 TB, shard_size: 500 GB}, evidence: [{run: shards}]}
summary: Small.
"""
# 80 × 1.5 = 120, which is more than 100
BUSY = TINY.replace("50 link/s", "80 link/s")

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def run(*words):
    result = CliRunner().invoke(app, ["doc", "diff", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0
    return result.output


def written(folder, text):
    folder.mkdir(exist_ok=True)
    path = folder / "design.yaml"
    path.write_text(text)
    return path


def git(folder, *words):
    own = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", folder, *own, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    """A repository with TINY committed, and BUSY in the folder."""
    path = written(tmp_path / "repo", TINY)
    git(path.parent, "init", "-q", "-b", "main")
    git(path.parent, "add", ".")
    git(path.parent, "commit", "-q", "-m", "one")
    path.write_text(BUSY)
    return path


def test_two_designs_are_compared_the_verdict_first(tmp_path):
    old, new = written(tmp_path / "a", TINY), written(tmp_path / "b", BUSY)
    told = run(old, new).splitlines()
    assert told[1:] == [
        "",
        "Verdicts",
        "  Q1  met: 75 link/s -> unmet: 120 link/s  ×1.6",
        "",
        "Estimates",
        "  rate  75 link/s -> 120 link/s  ×1.6",
        "",
        "Assumptions",
        "  writes  50 link/s -> 80 link/s  ×1.6",
    ]


def test_folders_and_documents_name_their_designs(tmp_path):
    from sdcli.documents import build

    old, new = written(tmp_path / "a", TINY), written(tmp_path / "b", BUSY)
    document = build(new).document
    assert run(old.parent, document).splitlines()[1:] == run(old, new).splitlines()[1:]


def test_what_does_not_differ_is_said(tmp_path):
    old = written(tmp_path / "a", TINY)
    new = written(tmp_path / "b", TINY.replace("Small.", "Still small."))
    assert "no difference" in run(old, old).splitlines()
    told = run(old, new)
    assert "no difference" in told
    assert "Wording differs in 1 place; prose is not compared." in told


def test_json_has_one_object_in_full(tmp_path):
    old, new = written(tmp_path / "a", TINY), written(tmp_path / "b", BUSY)
    told = json.loads(run("--json", old, new))
    assert set(told) == {"old", "new", "changes", "wording"}
    assert told["changes"][0] == {
        "part": "verdict",
        "key": "Q1",
        "old": "met: 75 link/s",
        "new": "unmet: 120 link/s",
        "factor": 1.6,
        "note": "",
    }


def test_a_range_is_told_by_its_median_where_that_says_enough(tmp_path):
    # medians of 90 % intervals: sqrt(36 × 49) = 42, sqrt(64 × 81) = 72, sqrt(21 × 84) = 42
    narrow = written(tmp_path / "a", TINY.replace("50 link/s", "36 to 49 link/s"))
    higher = written(tmp_path / "b", TINY.replace("50 link/s", "64 to 81 link/s"))
    wider = written(tmp_path / "c", TINY.replace("50 link/s", "21 to 84 link/s"))
    assert "  writes  42 link/s -> 72 link/s  ×1.714" in run(narrow, higher)
    told = run(narrow, wider)
    assert "  writes  42 link/s (36 to 49) -> 42 link/s (21 to 84)  ×1" in told


@pytest.mark.parametrize("count", [0, 1, 3])
def test_another_number_of_designs_is_refused(count, tmp_path):
    path = written(tmp_path / "a", TINY)
    with pytest.raises(InputError, match="takes two designs"):
        run(*[path] * count)


def test_a_folder_with_several_designs_is_refused(tmp_path):
    written(tmp_path / "a", TINY)
    written(tmp_path / "b", BUSY)
    with pytest.raises(InputError, match="2 designs"):
        run(tmp_path, tmp_path / "a")


def test_words_of_a_stranger_steer_no_terminal(tmp_path):
    old = written(tmp_path / "a", TINY)
    new = written(
        tmp_path / "b",
        TINY + 'decisions: [{id: D1, choice: "a\\e[31mred\\nline"}]\n',
    )
    told = run(old, new)
    assert "\x1b" not in told
    assert "  D1  new: a [31mred line" in told


@needs_git
@pytest.mark.parametrize("rev", ["HEAD", "main", "HEAD~0"])
def test_a_design_is_compared_with_a_revision(rev, repository, monkeypatch):
    told = run("--rev", rev, repository)
    assert f"{repository} at {rev} -> {repository}" in told
    assert "  Q1  met: 75 link/s -> unmet: 120 link/s  ×1.6" in told
    monkeypatch.chdir(repository.parent)
    assert "  writes  50 link/s -> 80 link/s  ×1.6" in run("--rev", rev)


@needs_git
def test_fast_reads_the_ledger_of_the_revision(repository, monkeypatch):
    from sdcli.documents import build
    from sdcli.documents.evidence.analytic import Analytic

    more = TINY.replace("500 GB", "250 GB")  # 4 shards instead of 2
    repository.write_text(TINY)
    build(repository)
    git(repository.parent, "add", ".")
    git(repository.parent, "commit", "-q", "-m", "two")
    repository.write_text(more)
    build(repository)
    monkeypatch.setattr(Analytic, "run", lambda plan: pytest.fail(plan.name))
    told = run("--rev", "HEAD", "--fast", repository)
    assert "  store/shards shards" in told
    assert "2 -> 4  ×2" in told


@needs_git
def test_a_damaged_ledger_of_the_revision_is_called_by_its_name(repository):
    ledger = repository.parent / "tiny.evidence.json"
    ledger.write_text("{")
    git(repository.parent, "add", ".")
    git(repository.parent, "commit", "-q", "-m", "two")
    ledger.unlink()
    with pytest.raises(DamagedError) as caught:
        run("--rev", "HEAD", "--fast", repository)
    assert caught.value.where.startswith(f"{ledger} at ")


@needs_git
@pytest.mark.parametrize("rev", ["nothing-like-it", "HEAD~9", "v1.0", "main^{tree}"])
def test_an_unknown_revision_is_said(rev, repository):
    with pytest.raises(InputError, match="no such revision"):
        run("--rev", rev, repository)


@pytest.mark.parametrize(
    "rev", ["--output=x", "-p", "a b", "HEAD:x", "a..b", "$(touch x)", "a;b", "x\ny", "é"]
)
def test_what_is_no_revision_never_reaches_git(rev, tmp_path, monkeypatch):
    path = written(tmp_path / "a", TINY)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("git was asked"))
    with pytest.raises(InputError, match="not a revision"):
        run(f"--rev={rev}", path)


@needs_git
def test_a_folder_without_a_repository_and_a_design_that_was_not_there(tmp_path, repository):
    lonely = written(tmp_path / "a", TINY)
    with pytest.raises(InputError, match="no repository"):
        run("--rev", "HEAD", lonely)
    new = written(repository.parent / "sub", TINY)
    with pytest.raises(InputError, match="does not have this design"):
        run("--rev", "HEAD", new)


@needs_git
def test_faults_of_the_old_design_name_the_revision(repository):
    repository.write_text(TINY.replace("writes * 1.5", "wirtes"))
    git(repository.parent, "commit", "-q", "-a", "-m", "two")
    repository.write_text(TINY)
    with pytest.raises(FaultsFound) as caught:
        run("--rev", "HEAD", repository)
    assert caught.value.faults[0].file == f"{repository} at HEAD"


def test_without_git_the_answer_is_what_is_missing(tmp_path, monkeypatch):
    path = written(tmp_path / "a", TINY)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingError, match="git is not installed"):
        run("--rev", "HEAD", path)


@needs_git
def test_nothing_of_the_repository_runs(repository):
    """Filters and drivers that a repository configures are not asked."""
    mark = repository.parent / "ran"
    (repository.parent / ".gitattributes").write_text("*.yaml diff=x filter=x\n")
    for key in ("diff.x.textconv", "diff.x.command", "filter.x.smudge", "core.fsmonitor"):
        git(repository.parent, "config", key, f"touch {mark}; cat")
    run("--rev", "HEAD", repository)
    assert not mark.exists()
