"""What is generated is what the program does now; accept a change with `make docs`."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
generate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)


@pytest.mark.parametrize("name", sorted(generate.OUTPUTS))
def test_a_generated_file_is_up_to_date(name):
    assert (ROOT / name).read_text(encoding="utf-8") == generate.OUTPUTS[name](), "run: make docs"


def test_every_command_of_the_readme_is_known_to_the_program(tmp_path):
    """Lines of the README's shell blocks that call sdcli run as they stand there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", readme, flags=re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    commands = [line.removeprefix("sdcli ") for line in lines if line.startswith("sdcli ")]
    assert len(commands) >= 6
    for command in commands:
        generate.run(*__import__("shlex").split(command), folder=tmp_path)


def test_the_pictures_of_the_readme_are_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"\]\((docs/pictures/[^)]+)\)", readme)
    assert pictures
    for picture in pictures:
        assert picture in generate.OUTPUTS
