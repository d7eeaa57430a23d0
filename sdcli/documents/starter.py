"""A design to start from: it builds as it is, and every line shows what may stand there."""

from __future__ import annotations

from sdcli.core.errors import InputError
from sdcli.core.files import read_text
from sdcli.core.folders import shipped
from sdcli.design.model import ID


def starter(design_id: str) -> str:
    """The text of a design file for a new design.

    Raises:
        InputError: the id is not lower-case letters, digits and hyphens.
    """
    if not ID.fullmatch(design_id) or not design_id[0].isalpha():
        raise InputError(
            "this is not an id",
            where="ID",
            given=design_id,
            expected="lower-case letters, digits and hyphens, like short-links",
        )
    text = read_text(shipped("templates") / "starter" / "design.yaml")
    title = design_id.replace("-", " ").strip().capitalize()
    return text.replace("@ID@", design_id).replace("@TITLE@", title)
