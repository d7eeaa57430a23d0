"""What all tests share: the `--rewrite` switch, and a home that is not the person's own."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path


# A busy machine must not fail a property; a failure prints the blob that repeats it.
settings.register_profile("house", deadline=None, print_blob=True, database=None)
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite",
        action="store_true",
        help="write what commands print into tests/scripts; read the diff before you commit it",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is installed, a test that skips is a test that does not run: it fails."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"
    return report


@pytest.fixture(autouse=True, scope="session")
def bytecode() -> Iterator[None]:
    """The programs that tests start compile the sources once, not once each."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        yield


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the sessions, settings or content of the person who runs it."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("SDCLI_PATH", "NO_COLOR", "COLUMNS", "EDITOR", "VISUAL", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SDCLI_DATA", str(home / "data"))
    return home
