"""The rules of the house, kept by reading the source: who may import whom, and the rest.

The table MAY_IMPORT is section "The house" of CONTRIBUTING.md; a change here is a change there.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "sdcli").rglob("*.py"))

# A part may import itself and these; longest name first where one lies inside another.
MAY_IMPORT = {
    "core": "",
    "units": "core",
    "estimate": "core units",
    "reference/hashing": "core",
    "reference/limiters": "core",
    "reference/kv/engine": "core",
    "reference": "core",
    "content": "core units estimate",
    "scoring": "core units estimate content",
    "design": "core units estimate",
    "interview": "core units estimate content design scoring",
    "experiments": (
        "core units estimate reference reference/hashing reference/limiters reference/kv/engine"
    ),
    "documents": "core units estimate design experiments",
    "cli": (
        "core units estimate reference reference/limiters reference/kv/engine content scoring "
        "design interview experiments documents"
    ),
}
# Third-party packages, and the only places that may import them.
ONLY_IN = {
    "typer": ["sdcli/cli/"],
    "rich": ["sdcli/cli/"],
    "questionary": ["sdcli/cli/"],
    "prompt_toolkit": ["sdcli/cli/"],
    "termaid": ["sdcli/cli/"],
    "pint": ["sdcli/units/physical.py"],
    "jinja2": ["sdcli/documents/text/render.py"],
    "yaml": ["sdcli/core/yaml.py"],
    "pydantic": ["sdcli/content/", "sdcli/design/"],
    "Stemmer": ["sdcli/scoring/"],
    "platformdirs": ["sdcli/core/folders.py"],
    "xxhash": ["sdcli/reference/hashing/"],
    "numpy": ["sdcli/units/vectors.py", "sdcli/reference/hashing/adapters/"],
    "redis": ["sdcli/reference/limiters/adapters/"],
    "sqlite3": ["sdcli/interview/store.py"],
    "random": ["sdcli/core/chance.py"],
    "time": [
        "sdcli/core/clock.py",
        "sdcli/cli/",
        "sdcli/reference/limiters/limiter.py",
        "sdcli/reference/limiters/concurrency.py",
        "sdcli/reference/kv/engine/opening.py",
    ],
}
# Calls that reach outside; only cli and the ports in core may make them.
OUTSIDE_CALLS = {"print", "input", "eval", "exec", "breakpoint"}


SCREEN = "sdcli/cli/screen.py"  # where text is made safe for the terminal


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part_of(name: str) -> str:
    """The longest part of MAY_IMPORT that holds the module `sdcli/...`."""
    inside = name.removeprefix("sdcli/")
    found = [part for part in MAY_IMPORT if inside == part or inside.startswith(f"{part}/")]
    return max(found, key=len, default="")


def imports_of(path: Path) -> list[tuple[int, str]]:
    """Every module that a file imports, with its line, as dotted names."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: import by full name"
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def broken_imports(name: str, imports: list[tuple[int, str]]) -> list[str]:
    """What is wrong with the imports of the module called `name`."""
    part = part_of(name)
    wrong = []
    for line, module in imports:
        root = module.split(".")[0]
        if root == "sdcli":
            target = part_of(module.replace(".", "/"))
            if target and part and target != part and target not in MAY_IMPORT[part].split():
                wrong.append(f"{name}:{line}: {part} may not import {target}")
        elif root in ONLY_IN and not any(name.startswith(place) for place in ONLY_IN[root]):
            wrong.append(f"{name}:{line}: {root} is imported only in {', '.join(ONLY_IN[root])}")
    return wrong


def test_imports_point_down() -> None:
    wrong = [line for path in SOURCES for line in broken_imports(name_of(path), imports_of(path))]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("sdcli/core/files.py", "sdcli.units.quantity"),
        ("sdcli/reference/hashing/ring.py", "sdcli.reference.limiters.token_bucket"),
        ("sdcli/reference/kv/engine/store.py", "sdcli.reference.hashing.ring"),
        ("sdcli/content/load.py", "sdcli.design.model"),
        ("sdcli/documents/build.py", "jinja2.sandbox"),
        ("sdcli/interview/machine.py", "sdcli.experiments.registry"),
        ("sdcli/units/parser.py", "rich.text"),
    ],
)
def test_an_import_that_points_up_is_found(name: str, module: str) -> None:
    assert len(broken_imports(name, [(1, module)])) == 1


def test_reference_needs_only_the_standard_library() -> None:
    import sys

    for path in SOURCES:
        name = name_of(path)
        if not name.startswith("sdcli/reference/") or "/adapters/" in name:
            continue
        roots = {module.split(".")[0] for _, module in imports_of(path)} - {"sdcli"}
        allowed = sys.stdlib_module_names | ({"xxhash"} if name.endswith("/hashes.py") else set())
        assert roots <= allowed, f"{name} imports {sorted(roots - allowed)}"


def test_nothing_in_reference_needs_an_adapter() -> None:
    """An adapter knows the material; the material, and what imports it, can do without."""
    wrong = [
        f"{name_of(path)}:{line}: {module}"
        for path in SOURCES
        if name_of(path).startswith("sdcli/reference/") and "/adapters/" not in name_of(path)
        for line, module in imports_of(path)
        if "adapters" in module.split(".")
    ]
    assert wrong == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), "no docstring"


def test_only_cli_prints_asks_or_runs_code() -> None:
    wrong = []
    for path in SOURCES:
        name = name_of(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                call = node.func.id
                if call in OUTSIDE_CALLS and (call in {"eval", "exec"} or "/cli/" not in name):
                    wrong.append(f"{name}:{node.lineno}: {call}()")
    assert wrong == []


def test_text_reaches_the_terminal_only_through_the_screen() -> None:
    """`screen.styled` takes out what could steer a terminal; nobody makes a Text beside it."""
    wrong = [
        f"{name_of(path)}:{line}"
        for path in SOURCES
        for line, module in imports_of(path)
        if module.startswith("rich.text") and name_of(path) != SCREEN
    ]
    assert wrong == []


def test_the_table_of_the_contribution_guide_is_this_one() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)/` \| .* \| (.*) \|$", guide, flags=re.MULTILINE)
    said = {part: set(may.split()) for part, may in rows}
    assert said.keys() == {part for part in MAY_IMPORT if "/" not in part}
    for part, may in said.items():
        ours = {name for name in MAY_IMPORT[part].split() if "/" not in name}
        expected = {"core": {"nothing", "of", "ours"}, "cli": {"all"}}.get(part, ours)
        assert may == expected, part


def test_no_module_is_dead() -> None:
    """Every module is imported by another, is a package, an adapter, or the console script."""
    imported = {module for path in SOURCES for _, module in imports_of(path)}
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    registry = (ROOT / "sdcli/estimate/registry.py").read_text(encoding="utf-8")
    for path in SOURCES:
        if path.parent.name == "calculators" and f'"{path.stem}": (' in registry:
            continue
        dotted = name_of(path).removesuffix(".py").replace("/", ".")
        if path.name == "__init__.py" or dotted == "sdcli.cli.entry":
            continue
        if path.parent.name == "adapters":
            continue  # for programs that use the placements; nothing here may need it
        used = any(module == dotted or module.startswith(f"{dotted}.") for module in imported)
        assert used or f'"{dotted}"' in text, f"nothing imports {dotted}"


def test_no_code_names_a_scenario() -> None:
    """A scenario is data: the program plays one that it has never heard of."""
    ids = [path.stem for path in (ROOT / "knowledge" / "scenarios").glob("*.yaml")]
    assert len(ids) >= 3
    component_kinds_and_algorithms = {"rate-limiter"}  # also a component kind: the field's word
    for path in SOURCES:
        if name_of(path).startswith("sdcli/cli/"):
            continue  # help texts may show an example
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and node.value in set(ids) - component_kinds_and_algorithms
            ):
                pytest.fail(f"{name_of(path)}:{node.lineno} names {node.value}")


def test_every_number_has_a_value_a_year_and_a_source() -> None:
    """What estimates lean on is data, and each number of it says when and who."""
    from sdcli.core import yaml

    data = yaml.read(ROOT / "knowledge" / "numbers.yaml").data
    found = [*data["capacities"], *data["prices"]]
    for row in data["latencies"]:
        found += [row[part] for part in ("then", "now") if part in row]
    assert len(found) > 50
    for number in found:
        assert number["value"], number
        assert isinstance(number["year"], int), number
        assert data["sources"][number["source"]]["date"], number


def test_words_that_the_project_does_not_use() -> None:
    """One name for each thing, and no half-finished work in the tree."""
    banned = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    wrong = [
        f"{name_of(path)}: {found.group()}"
        for path in SOURCES
        if (found := banned.search(path.read_text(encoding="utf-8")))
    ]
    assert wrong == []
    grab_bags = {"utils.py", "helpers.py", "common.py", "base.py", "manager.py", "misc.py"}
    assert [name_of(path) for path in SOURCES if path.name in grab_bags] == []
