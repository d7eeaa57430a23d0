from __future__ import annotations

import subprocess
import sys

import pytest

import sdcli.interview as package


@pytest.mark.parametrize("name", package.__all__)
def test_every_exported_name_is_there(name: str) -> None:
    assert getattr(package, name) is not None


def test_what_is_not_exported_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = package.Nothing


def test_the_store_needs_neither_the_scorer_nor_the_quantities() -> None:
    code = (
        "import sys\n"
        "from sdcli.interview import SessionStore, Step\n"
        "print(sorted({name.split('.')[1] for name in sys.modules if name.startswith('sdcli.')}))\n"
        "print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['core', 'interview']", "False"]
