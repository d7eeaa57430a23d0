"""Records: frozen values without dataclasses."""

from __future__ import annotations

import copy

import pytest

from sdcli.units.record import Record


class Place(Record):
    uncompared = ("note",)

    row: int
    column: int = 1
    note: str = ""


class Square(Place):
    piece: str = "none"


def test_equal_fields_make_equal_records_of_one_class_only():
    assert Place(1, 2) == Place(1, column=2)
    assert Place(1, 2) != Place(2, 2)
    assert Place(1, 2) != Square(1, 2)
    assert hash(Place(1, 2)) == hash(Place(1, 2, note="elsewhere"))


def test_an_uncompared_field_does_not_part_records():
    assert Place(1, note="a") == Place(1, note="b")


def test_a_subclass_adds_its_fields_behind():
    assert Square.fields == ("row", "column", "note", "piece")
    assert Square(1, 2, "", "pawn").piece == "pawn"


@pytest.mark.parametrize("values", [(), (1, 2, "", "too many")])
def test_missing_and_surplus_values_are_errors(values):
    with pytest.raises((TypeError, AttributeError)):
        Place(*values)


def test_an_unknown_field_is_an_error():
    with pytest.raises(TypeError, match="Place takes row, column, note"):
        Place(1, colour="red")


def test_a_record_cannot_be_changed():
    place = Place(1)
    with pytest.raises(AttributeError, match="frozen"):
        place.row = 2
    with pytest.raises(AttributeError, match="frozen"):
        del place.row


def test_a_copy_is_equal():
    assert copy.deepcopy(Place(1, 2)) == Place(1, 2)
