"""Templates to text; the only module that knows Jinja2.

Everything that a template prints is escaped as a line of prose unless a filter has made it
`Safe` for its place, so that a template cannot forget to. A design folder may bring its own
templates, from anybody. So they run in Jinja2's sandbox, in a part of its language that is
written out here and can build no text from nothing (templates/README.md says the same to who
writes them):

    statements   text, `{{ }}`, `if`, `for`, `set` of a name; nothing that captures or calls
    expressions  values, attributes, comparisons, tests, the filters in FILTERS, sums of numbers
    bounds       STEPS_MAX turns of all loops of a block, TEXT_MAX characters of any text in it and
                 of all that it prints
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS as EVERY_FILTER
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sdcli.core.errors import InputError
from sdcli.documents.text import templates
from sdcli.documents.text.escape import Safe, code, code_cell, inline, prose
from sdcli.documents.text.markers import has_marker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from jinja2 import Template

TEXT_MAX = 2_000_000  # characters
STEPS_MAX = 1_000_000  # turns of loops: ten for each part that a design file may have

# Filters that make no text longer than what they were given; `join` and the ones for places are
# below, with a bound. Of Jinja2's others, `center`, `format`, `indent`, `replace`, `wordwrap` and
# their like make as much text as they are told to.
FILTERS = (
    *("abs", "float", "int", "round", "count", "length", "max", "min"),
    *("capitalize", "lower", "title", "trim", "upper"),
    *("d", "default", "first", "last", "map", "reverse", "sort", "unique"),
)
_PLACES = {"code": code, "code_cell": code_cell, "prose": prose}
_EACH = "each turn"  # no name that a template could write after a bar

_STATEMENTS = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign)
_EXPRESSIONS = (
    *(nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.CondExpr),
    *(nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Test, nodes.Filter),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos),
    nodes.Keyword,
)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, in which sums and products are for numbers only."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
            raise SecurityError(f"a template may not use {operator} here")
        return super().call_binop(context, operator, left, right)


def _finished(value: Any) -> str:
    """What a template prints for a value."""
    if isinstance(value, Safe):
        return value
    return "" if value is None else inline(str(value))


def _checked(tree: nodes.Template, name: str, path: str) -> nodes.Template:
    """The template's tree, every loop of which counts its turns.

    Raises:
        TemplateSyntaxError: it uses what no template may use.
    """
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, _STATEMENTS + _EXPRESSIONS):
            what = f"a template may not use {type(node).__name__.lower()}"
            raise TemplateSyntaxError(what, node.lineno, name, path)
        if isinstance(node, nodes.Filter) and node.name not in (*FILTERS, *_PLACES, "join"):
            what = f"a template may not use the filter {node.name}"
            raise TemplateSyntaxError(what, node.lineno, name, path)
        waiting.extend(node.iter_child_nodes())
        if isinstance(node, nodes.For):
            node.iter = nodes.Filter(node.iter, _EACH, [], [], None, None, lineno=node.lineno)
    return tree


def _joined(parts: Iterable[Any], between: str = "") -> str:
    """Jinja2's `join`, bounded: of a text with itself it would square the length."""
    found: list[str] = []
    size = 0
    for part in parts:
        found.append(str(part))
        size += len(found[-1]) + len(between)
        _check_size(size)
    return between.join(found)


def _bounded(place: Callable[[str], Safe]) -> Callable[[str], Safe]:
    """A filter for a place, bounded: what is escaped twice is twice as long, and so on."""

    def filled(text: str) -> Safe:
        made = place(text)
        _check_size(len(made))
        return made

    return filled


def _check_size(size: int) -> None:
    if size > TEXT_MAX:
        raise SecurityError(f"it makes more than {TEXT_MAX} characters")


class Renderer:
    """Renders the blocks of one design.

    Args:
        beside: the folder of the design, whose own templates come first.

    Raises:
        InputError: a template of the design's own that no block would use.
    """

    def __init__(self, beside: Path) -> None:
        templates.check_own(beside)
        self.beside = beside
        self._steps = 0
        self._made: dict[str, Template] = {}
        self._environment = _Sandbox(
            undefined=StrictUndefined,
            optimized=False,  # else it works constant parts out again for each part around them
            autoescape=False,  # Markdown, not HTML; `finalize` escapes
            finalize=_finished,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals = {}
        self._environment.filters = {
            **{name: EVERY_FILTER[name] for name in FILTERS},
            **{name: _bounded(place) for name, place in _PLACES.items()},
            "join": _joined,
            _EACH: self._each,
        }

    def _each(self, items: Iterable[Any]) -> Iterator[Any]:
        """The items of a loop, counted."""
        for item in items:
            self._steps += 1
            if self._steps > STEPS_MAX:
                raise SecurityError(f"its loops turn more than {STEPS_MAX} times")
            yield item

    def block(self, template: str, view: dict[str, Any]) -> str:
        """The text between the markers of a block: an empty line, the text, an empty line.

        Raises:
            InputError: the template is wrong, asks for what is not there, or makes too much.
        """
        path, own = templates.find(template, self.beside)
        try:
            text = self._text(template, view, str(path))
        except TemplateSyntaxError as error:
            raise InputError(
                f"{error.message}", where=f"{error.filename or path}:{error.lineno}"
            ) from error
        except TemplateError as error:
            raise InputError(f"this template fails: {error.message}", where=str(path)) from error
        except (RecursionError, SyntaxError) as error:  # Python's limits on what Jinja2 compiles to
            raise InputError("this template is nested too deep", where=str(path)) from error
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            if not own:
                raise
            raise InputError(f"this template fails: {error}", where=str(path)) from error
        if has_marker(text):
            raise InputError("a template may not write markers of sdcli", where=str(path))
        return f"\n{text.strip()}\n\n"

    def _text(self, template: str, view: dict[str, Any], path: str) -> str:
        if template not in self._made:
            self._made[template] = self._compiled(template, path)
        self._steps = 0
        parts: list[str] = []
        size = 0
        for part in self._made[template].generate(**view):
            size += len(part)
            _check_size(size)
            parts.append(part)
        return "".join(parts)

    def _compiled(self, template: str, path: str) -> Template:
        environment = self._environment
        source = templates.source(template, self.beside)
        tree = _checked(environment.parse(source, template, path), template, path)
        return environment.template_class.from_code(
            environment, environment.compile(tree, template, path), environment.globals
        )
