"""What is taken as given, what follows from it, how it grows, and what it costs."""

from __future__ import annotations

from pydantic import Field

from sdcli.design.model.part import Confidence, Name, Origin, Part, Text


class Assumption(Part):
    """A quantity or a range that is taken as given, who says so, and how sure that is."""

    value: Text
    source: Text = ""
    confidence: Confidence = ""
    origin: Origin = "typed"


class Estimate(Part):
    """A formula over assumptions and over the estimates above it, shown in `unit`."""

    formula: Text
    unit: Text | None = None
    origin: Origin = "typed"


class Watched(Part):
    """An estimate that is followed as the system grows; at its limit something must be done."""

    estimate: Name
    limit: Text = ""
    then: Text = ""


class Growth(Part):
    """How assumptions grow: `rates` has a share per time, like `5 %/month`, for each that does.

    Growth is compound: after t, a value is v (1 + rate)^t. `horizon` is how far one looks ahead,
    three years when it is left out.
    """

    horizon: Text = ""
    rates: dict[Name, Text] = Field(default_factory=dict)
    watch: tuple[Watched, ...] = ()


class Price(Part):
    """A price of one's own, for what the shipped table does not have: `$0.10/GB/month`."""

    value: Text
    as_of: Text
    source: Text = ""


class CostItem(Part):
    """So much of something that has a price.

    `price` is an id of the shipped table (core, memory, ssd, blob, egress, ...) or a name under
    `prices`; `amount` is a formula, also over parameters of components: `web.instances * 4`.
    """

    text: Text
    price: Text
    amount: Text
    of: str = ""


class Cost(Part):
    """What the design costs, item by item."""

    items: tuple[CostItem, ...] = ()
    prices: dict[Name, Price] = Field(default_factory=dict)
