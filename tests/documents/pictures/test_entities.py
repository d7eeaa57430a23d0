"""The data model as an entity-relationship diagram."""

from __future__ import annotations

import mermaidx
import merman
import pytest

from sdcli.design import Attribute, Design, Entity
from sdcli.documents.pictures.entities import DRAWN_MAX, entities


def model(**fields: dict[str, Attribute]) -> Design:
    data = {name: Entity(fields=own) for name, own in fields.items()}
    return Design(id="s", title="S", data=data)


def test_fields_keys_and_references_are_drawn():
    key = Attribute(type="bigint", key=True)
    design = model(
        users={"id": key, "boss": Attribute(type="bigint", refers="users")},
        links={
            "code": Attribute(type="char(7)", key=True),
            "owner": Attribute(type="bigint", refers="users"),
        },
        notes={"link": Attribute(type="char(7)", key=True, refers="links")},
        marks={
            "link": Attribute(type="char(7)", key=True, refers="links"),
            "place": Attribute(type="int", key=True),
        },
        reads={"mark": Attribute(type="char(7)", refers="marks")},
        alone={"x": Attribute(type="int")},
    )
    text = entities(design)
    assert text.splitlines() == [
        "erDiagram",
        "    accTitle: The data model",
        (
            "    accDescr: users refers to users by boss, links refers to users by owner,"
            " notes refers to links by link, marks refers to links by link,"
            " reads refers to marks by mark, alone stands alone"
        ),
        '    n1["users"] {',
        "        bigint id PK",
        "        bigint boss FK",
        "    }",
        '    n2["links"] {',
        "        char(7) code PK",
        "        bigint owner FK",
        "    }",
        '    n3["notes"] {',
        "        char(7) link PK, FK",
        "    }",
        '    n4["marks"] {',
        "        char(7) link PK, FK",
        "        int place PK",
        "    }",
        '    n5["reads"] {',
        "        char(7) mark FK",
        "    }",
        '    n6["alone"] {',
        "        int x",
        "    }",
        '    n1 }o--|| n1 : "boss"',
        '    n2 }o--|| n1 : "owner"',
        '    n3 |o--|| n2 : "link"',  # its whole key: at most one note for each link
        '    n4 }o--|| n2 : "link"',  # one part of two: many marks for each link
        '    n5 }o--|{ n4 : "mark"',  # half of a key of two: many marks are meant
    ]
    mermaidx.render(text).svg()


TYPES = ["timestamp with time zone", "9", "", "数", 'a"b', "pk", "x}\n n9", "numeric(10,2)", "((("]


def test_odd_types_and_names_parse_in_both_parsers():
    fields = {f"f{i}": Attribute(type=text) for i, text in enumerate(TYPES)}
    names = ("pk", "fk", "uk", "end", "title", "direction", "class", "style", "one", "to")
    fields |= {name: Attribute(type="text", key=name == "pk") for name in names}
    text = entities(model(end=fields, title={"fk": Attribute(type="int", refers="end")}))
    assert merman.Merman().validate(text, None).valid
    mermaidx.render(text).svg()
    assert "timestamp_with_time_zone f0" in text
    assert "text pk_ PK" in text


@pytest.mark.parametrize(("count", "drawn"), [(DRAWN_MAX, DRAWN_MAX), (DRAWN_MAX + 1, 1)])
def test_of_too_many_fields_only_keys_and_references_are_drawn(count, drawn):
    fields = {f"f{i}": Attribute(type="int", key=not i) for i in range(count)}
    text = entities(model(a=fields))
    assert sum(" f" in line for line in text.splitlines()) == drawn
    assert merman.Merman().validate(text, None).valid
