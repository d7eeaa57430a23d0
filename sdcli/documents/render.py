"""Templates to text; the only module that knows Jinja2.

Everything that a template prints is escaped as a line of prose unless a filter has made it
`Safe` for its place, so that a template cannot forget to. Templates run in Jinja2's sandbox,
as a design folder may bring its own; what they make is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import BaseLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sdcli.core.errors import InputError
from sdcli.documents import templates
from sdcli.documents.escape import Safe, code, code_cell, inline, prose
from sdcli.documents.markers import has_marker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OUTPUT_MAX = 2_000_000  # characters of one block
REPEAT_MAX = 10_000  # what `"x" * n` in a template may come to


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, in which products stay small as well."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
        if operator == "**" or not numbers:
            raise SecurityError(f"a template may not use {operator} here")
        return super().call_binop(context, operator, left, right)


class _Loader(BaseLoader):
    def __init__(self, beside: Path) -> None:
        self.beside = beside

    def get_source(
        self,
        environment: Any,  # noqa: ARG002 - Jinja2 hands it in
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        name = template.removesuffix(templates.SUFFIX)
        if not name.replace("-", "").isalnum():
            raise TemplateNotFound(template)
        path, _ = templates.find(name, self.beside)
        if not path.is_file():
            raise TemplateNotFound(template)
        return templates.source(name, self.beside), str(path), lambda: True


def _finished(value: Any) -> str:
    """What a template prints for a value."""
    if isinstance(value, Safe):
        return value
    return "" if value is None else inline(str(value))


class Renderer:
    """Renders the blocks of one design.

    Args:
        beside: the folder of the design, whose own templates come first.
    """

    def __init__(self, beside: Path) -> None:
        self.beside = beside
        self._environment = _Sandbox(
            loader=_Loader(beside),
            undefined=StrictUndefined,
            autoescape=False,  # Markdown, not HTML; `finalize` escapes
            finalize=_finished,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name, place in (
            ("code", code),
            ("code_cell", code_cell),
            ("prose", prose),
        ):
            self._environment.filters[name] = place

    def block(self, template: str, view: dict[str, Any]) -> str:
        """The text between the markers of a block: an empty line, the text, an empty line.

        Raises:
            InputError: the template is wrong, asks for what is not there, or makes too much.
        """
        path, own = templates.find(template, self.beside)
        try:
            text = self._text(f"{template}{templates.SUFFIX}", view, str(path))
        except TemplateSyntaxError as error:
            raise InputError(
                f"{error.message}", where=f"{error.filename or path}:{error.lineno}"
            ) from error
        except TemplateError as error:
            raise InputError(f"this template fails: {error.message}", where=str(path)) from error
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            if not own:
                raise
            raise InputError(f"this template fails: {error}", where=str(path)) from error
        if has_marker(text):
            raise InputError("a template may not write markers of sdcli", where=str(path))
        return f"\n{text.strip()}\n\n"

    def _text(self, name: str, view: dict[str, Any], path: str) -> str:
        parts: list[str] = []
        size = 0
        for part in self._environment.get_template(name).generate(**view):
            size += len(part)
            if size > OUTPUT_MAX:
                raise InputError(
                    f"this template makes more than {OUTPUT_MAX} characters", where=path
                )
            parts.append(part)
        return "".join(parts)
