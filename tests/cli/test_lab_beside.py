"""What `lab run` shows beside a run: on real threads, on a real server, and how it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner, Result

from sdcli.cli import lab, lab_beside
from sdcli.core.errors import ExitCode, InputError, MissingError, SdcliError
from sdcli.experiments import limiter_race, limiter_threads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reference.limiters.servers import Server

RACE = ["limiter.race", "--clients", "4", "--limit", "20", "--requests", "200"]
NOBODY = "redis://127.0.0.1:1"  # no server listens at port 1


def call(*words: str) -> Result:
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(lambda: None)
    lab.register(app)
    return CliRunner().invoke(app, ["lab", "run", *words])


def test_threads_stand_beside_the_metrics_and_change_none() -> None:
    alone = json.loads(call(*RACE, "--json").stdout)
    answer = json.loads(call(*RACE, "--threads", "--json").stdout)
    beside = answer.pop("beside")
    assert answer == alone
    assert list(beside) == ["threads"]
    threads = {name: one["value"] for name, one in beside["threads"].items()}
    assert threads["one_step"] == threads["allowed"] == 20
    assert 20 <= threads["three_steps"] <= threads["asked"] == 200
    assert beside["threads"]["one_step"]["unit"] == "request"


def test_threads_are_shown_below_the_answer() -> None:
    text = call(*RACE, "--threads").stdout
    assert text.index("the claim holds") < text.index("beside it, real threads in this process")
    assert "in one step: admitted" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("words", [["--threads"], ["--redis", NOBODY]])
def test_an_experiment_without_it_says_which_have_it(words: list[str]) -> None:
    result = call("ring.balance", *words)
    assert isinstance(result.exception, InputError)
    assert result.exception.where == words[0]
    assert "limiter.race" in result.exception.expected
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("address", "code"), [(NOBODY, ExitCode.MISSING), ("localhost", ExitCode.INPUT)]
)
def test_a_server_that_is_not_there_is_said_so(address: str, code: int) -> None:
    pytest.importorskip("redis")
    for more in ([], ["--json"]):
        result = call(*RACE, "--redis", address, *more)
        assert isinstance(result.exception, SdcliError)
        assert result.exception.exit_code == code
        assert result.stdout == ""


@pytest.mark.parametrize("address", [NOBODY, "localhost"])
def test_nobody_waits_for_a_run_to_learn_that_there_is_no_server(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    pytest.importorskip("redis")
    monkeypatch.setattr(lab, "run_watched", lambda *_: pytest.fail("it ran first"))
    assert isinstance(call(*RACE, "--redis", address).exception, SdcliError)


def test_what_goes_wrong_beside_a_run_takes_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise MissingError("the server went away", where="--redis", expected="a server")

    monkeypatch.setattr(lab_beside, "_in_process", gone)
    result = call(*RACE, "--threads")
    assert isinstance(result.exception, MissingError)
    assert "the claim holds" in result.stdout


def test_a_limit_that_so_few_requests_do_not_reach_is_cut_for_threads_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """100 of 10^9 requests, so two threads meet a limit of 25 twice."""
    monkeypatch.setattr(limiter_race, "REQUESTS_BUDGET", 100)
    monkeypatch.setattr(limiter_threads, "REQUESTS_MAX", 100)
    words = ["limiter.race", "--clients", "2", "--limit", "1000000", "--requests", "1000000000"]
    answer = json.loads(call(*words, "--threads", "--json").stdout)
    found = {name: one["value"] for name, one in answer["beside"]["threads"].items()}
    assert (found["one_step"], found["allowed"], found["asked"]) == (25, 25, 100)


@pytest.fixture(scope="module")
def redis_server() -> Iterator[Server]:
    pytest.importorskip("redis")
    from tests.reference.limiters.servers import Server, needed

    needed()
    server = Server()
    yield server
    server.stop()


@pytest.mark.parametrize("algorithm", ["token-bucket", "sliding-log"])
def test_a_real_server_admits_the_limit_in_one_step(redis_server: Server, algorithm: str) -> None:
    words = [*RACE, "--algorithm", algorithm, "--redis", redis_server.url]
    answer = json.loads(call(*words, "--json").stdout)
    found = {name: one["value"] for name, one in answer["beside"]["redis"].items()}
    assert found["one_step"] == found["allowed"] == 20
    assert 20 <= found["three_steps"] <= found["asked"] == 200
    with redis_server.client() as client:
        assert client.dbsize() == 0  # nothing is left behind
