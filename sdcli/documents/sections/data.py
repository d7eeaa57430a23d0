"""The data model: what is kept, how it hangs together, and how much room it takes."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from sdcli.design import leaves, plain
from sdcli.documents.figures.given import by_medians, shown, total
from sdcli.documents.figures.stored import held, stored
from sdcli.documents.inputs import listed
from sdcli.documents.pictures.entities import entities
from sdcli.documents.sections.section import WRITTEN, Part, Section, Source
from sdcli.documents.text.escape import mermaid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sdcli.design import Entity
    from sdcli.documents.evidence.book import Book
    from sdcli.documents.facts import Facts
    from sdcli.documents.figures.stored import Held, Model, Stored
    from sdcli.documents.inputs import Inputs
    from sdcli.documents.sections.section import View
    from sdcli.units import Quantity


def _sources(facts: Facts, book: Book) -> Iterator[Source]:  # noqa: ARG001 - every section's form
    model = cache(lambda: stored(facts))  # all blocks print parts of one computation
    yield Source("data", "data", _inputs(facts), lambda: _view(facts, model()))
    for name in facts.design.data:
        yield Source(
            f"entity/{name}",
            "entity",
            _entity_inputs(facts, name),
            partial(_entity, facts, name, model),
        )


def _inputs(facts: Facts) -> Inputs:
    """Everything of the data model, and what the stores say that they hold."""
    design = facts.design
    found = listed("data", design.data)
    for name in design.data:
        found |= _entity_inputs(facts, name)
    for store in dict.fromkeys(part.store for part in design.data.values() if part.store):
        setting = facts.settings.get(store, {}).get("size")
        if setting and setting.given and setting.text is not None:
            found[facts.setting_key(store, "size")] = plain(setting.text)
            found |= facts.behind(sorted(setting.uses))
    return found


def _entity_inputs(facts: Facts, name: str) -> Inputs:
    entity = facts.design.data[name]
    found = listed(f"data.{name}.fields", entity.fields)
    found |= leaves(f"data.{name}", entity)
    return {**found, **facts.behind(facts.names_in(" ".join(_formulas(entity))))}


def _formulas(entity: Entity) -> list[str]:
    sizes = [part.size for part in entity.fields.values()]
    return [entity.rows, entity.new, entity.kept, entity.copies, *sizes]


def _view(facts: Facts, model: Model) -> View:
    """Every entity in one line, and what the stores hold of it."""
    design = facts.design
    found = model.entities.values()
    return {
        "diagram": mermaid(entities(design)),
        "rows": [
            {"name": one.entity, "store": design.data[one.entity].store, **_sums(one)}
            for one in found
        ],
        "totals": {
            "one_copy": shown(total([one.one_copy for one in found])),
            "stored": shown(total([one.stored for one in found])),
            "added": shown(total([one.added for one in found])),
            "medians": model.medians
            or any(by_medians(kind) for kind in zip(*map(_summed, found), strict=True)),
            "complete": all(one.stored is not None and not one.uncounted for one in found),
        },
        "stores": [_store(one) for one in held(facts, found)],
    }


def _summed(one: Stored) -> tuple[Quantity | None, ...]:
    return one.one_copy, one.stored, one.added


def _store(found: Held) -> View:
    return {
        "name": found.store,
        "entities": found.entities,
        "unknown": found.unknown,
        "one_copy": shown(found.one_copy),
        "stored": shown(found.stored),
        "size": shown(found.size),
        "short": found.is_short,
    }


def _sums(found: Stored) -> View:
    return {
        "row": shown(found.row),
        "partial": bool(found.uncounted),
        "rows": shown(found.rows),
        "copies": shown(found.copies),
        "one_copy": shown(found.one_copy),
        "stored": shown(found.stored),
        "added": shown(found.added),
        "missing": found.missing,
    }


def _entity(facts: Facts, name: str, model: Callable[[], Model]) -> View:
    """One entity with its fields and the working of its sums."""
    part = facts.design.data[name]
    found = model().entities[name]
    return {
        "name": name,
        "text": part.text,
        "store": part.store,
        "fields": [
            {
                "name": field,
                "type": one.type,
                "size": shown(found.sizes.get(field)),
                "key": one.key,
                "refers": one.refers,
                "text": one.text,
            }
            for field, one in part.fields.items()
        ],
        "uncounted": [
            {"name": field, "reason": reason} for field, reason in found.uncounted.items()
        ],
        "new": part.new,
        "kept": part.kept,
        "worked": found.worked,
        **_sums(found),
    }


SECTION = Section(WRITTEN, (Part("data", "Data model", lambda d: bool(d.data)),), _sources)
