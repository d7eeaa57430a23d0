"""`sdcli estimate powers` without a value: the powers of two that one knows by heart."""

from __future__ import annotations


def show_powers(*, as_json: bool) -> None:
    """Print the table."""
    from sdcli.cli.screen import console, print_json, styled, table
    from sdcli.estimate.calculators.powers import called, rows

    if as_json:
        print_json(
            {
                "powers": [
                    {
                        "exponent": exponent,
                        "exact": 2**exponent,
                        "near": power.near.value,
                        "over": float(f"{power.over.value:.12g}"),
                        "binary_bytes": str(power.binary_bytes or ""),
                        "decimal_bytes": str(power.decimal_bytes or ""),
                    }
                    for exponent, power in rows()
                ]
            }
        )
        return
    listed = table("power", ">exactly", ">called", ">more by", ">bytes", ">in decimal")
    for exponent, power in rows():
        cells = (power.exact, called(exponent), power.over, power.binary_bytes, power.decimal_bytes)
        listed.add_row(f"2^{exponent}", *(styled(str(cell)) for cell in cells))
    screen = console()
    screen.print(listed)
    screen.print("\nAny other: sdcli estimate powers EXPONENT")
