"""YAML, read safely and with line numbers; the only reader of the project.

PyYAML's C composer recurses (deep nesting crashes it), keeps the last of two equal keys
and reads `1:30` as 90. So the text is read twice: first as a flat stream of events, where
aliases, tags, depth and size are refused; then composed into nodes, whose marks give each
value its line. Scalars are true, false, null, decimal numbers; everything else is text.
Both passes use the C parser; the first has bounded the depth for the second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from sdcli.core.errors import Fault, FaultsFound
from sdcli.core.files import conflict_line, read_text

if TYPE_CHECKING:
    from pathlib import Path

DEPTH_MAX = 32
BYTES_MAX = 2_000_000
EVENTS_MAX = 100_000

Key = tuple[str | int, ...]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "": None}


@dataclass(frozen=True)
class Tree:
    """What a YAML file says, and on which line it says it.

    `data` is made of dict, list, str, int, float, bool and None; `lines` has the line (from 1)
    of every value by its path of keys and positions.
    """

    name: str
    data: Any
    lines: dict[Key, int]

    def line(self, key: Key) -> int:
        """The line of `key`, or of its nearest parent that stands in the file."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def fault(self, key: Key, message: str, remedy: str = "") -> Fault:
        """A fault at the place of `key`."""
        return Fault(self.name, self.line(key), dotted(key), message, remedy)


def dotted(key: Key) -> str:
    """`estimates[1].size` for ("estimates", 1, "size")."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read(path: Path, name: str = "") -> Tree:
    """Read a file; `name` is what errors call it (its path when empty).

    Raises:
        InputError: the file cannot be read.
        FaultsFound: what it holds cannot be used, with the line.
    """
    return parse(read_text(path), name or str(path))


def parse(text: str, name: str) -> Tree:
    """Read YAML from text.

    Raises:
        FaultsFound: syntax, size, depth, an alias, a tag, or a key that stands twice.
    """
    if len(text.encode()) > BYTES_MAX:
        raise _refused(name, 1, f"the file is larger than {BYTES_MAX} bytes")
    try:
        _survey(text, name)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        conflict = conflict_line(text)
        if conflict:
            raise _refused(name, conflict, "a merge conflict is left in the file") from error
        raise _refused(name, line, f"this is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise _refused(name, 1, f"this is not YAML: {error}".splitlines()[0]) from error
    lines: dict[Key, int] = {}
    faults: list[Fault] = []
    data = _value(node, (), name, lines, faults) if node is not None else None
    if faults:
        raise FaultsFound(faults)
    return Tree(name, data, lines)


def _refused(name: str, line: int, message: str) -> FaultsFound:
    return FaultsFound([Fault(name, line, "", message)])


def _survey(text: str, name: str) -> None:
    """First pass: refuse what the second could not bear."""
    depth = 0
    documents = 0
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if count > EVENTS_MAX:
            raise _refused(name, line, f"the file has more than {EVENTS_MAX} parts")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refused(name, line, "anchors and aliases are not read; write the value out")
        tag = getattr(event, "tag", None)
        if tag and tag != "!":
            raise _refused(name, line, f"tags are not read: {tag}")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _refused(name, line, "a second document starts here; one file holds one")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH_MAX:
                raise _refused(name, line, f"this is nested more than {DEPTH_MAX} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _value(node: yaml.Node, key: Key, name: str, lines: dict[Key, int], faults: list[Fault]) -> Any:
    lines[key] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*key, i), name, lines, faults) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                faults.append(Fault(name, line, dotted(key), "a key must be a plain word"))
                continue
            word = key_node.value
            if word in result:
                faults.append(
                    Fault(
                        name,
                        line,
                        dotted((*key, word)),
                        "this key stands twice",
                        "keep one of them",
                    )
                )
                continue
            result[word] = _value(value_node, (*key, word), name, lines, faults)
            lines[(*key, word)] = line
        return result
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None) in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text) and len(text) <= 40:  # noqa: PLR2004 - longer ones are ids, not numbers
        return float(text) if "." in text else int(text)
    return text


class _Dumper(_DUMPER):  # type: ignore[misc]
    """Writes what `parse` reads back as the same value."""


def _represent_text(dumper: Any, text: str) -> Any:
    if "\n" in text:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
    style = '"' if _NUMBER.fullmatch(text) or text in _WORDS else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_float(dumper: Any, number: float) -> Any:
    text = repr(number)
    if not _NUMBER.fullmatch(text):
        text = f"{number:.17f}".rstrip("0")
        text += "0" if text.endswith(".") else ""
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(float, _represent_float)


def dump(data: Any) -> str:
    """YAML text that `parse` reads back as equal data; keys keep their order.

    >>> parse(dump({"n": 1, "t": "1", "x": "true", "d": 0.5}), "t").data
    {'n': 1, 't': '1', 'x': 'true', 'd': 0.5}
    """
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
        default_flow_style=False,
    )
    return text
