"""CURRENT: read back, told from every other text, and replaced at once or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sdcli.core.errors import DamagedError, InputError
from sdcli.reference.kv.engine.current import Current, decode, encode, read_current, write_current
from sdcli.reference.kv.engine.errors import Damaged, DiskRefused, Poisoned
from sdcli.reference.kv.engine.sim_disk import PowerCut, SimDisk

STORE_ID = bytes(range(16))
OPEN = Current(STORE_ID, 3)
CLOSED = Current(
    STORE_ID,
    3,
    closed=True,
    manifest_bytes=700,
    manifest_crc=0xDEADBEEF,
    log=12,
    log_bytes=96,
    log_crc=1,
)


def crc_by_hand(data: bytes) -> int:
    """CRC-32 as ISO-HDLC has it, bit by bit."""
    state = 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = state >> 1 ^ (0xEDB88320 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


def signed(text: str) -> bytes:
    return f"{text}{crc_by_hand(text.encode()):08x}\n".encode()


def disk_with(data: bytes) -> SimDisk:
    disk = SimDisk()
    disk.give("CURRENT", data)
    return disk


def test_it_is_text_that_a_person_reads() -> None:
    assert encode(OPEN) == signed(
        'sdcli-kv 1\n{"manifest":3,"state":"open","store":"000102030405060708090a0b0c0d0e0f"}\n'
    )
    assert encode(CLOSED) == signed(
        "sdcli-kv 1\n"
        '{"log":12,"log_bytes":96,"log_crc":1,"manifest":3,"manifest_bytes":700,'
        '"manifest_crc":3735928559,"state":"closed","store":"000102030405060708090a0b0c0d0e0f"}\n'
    )


@pytest.mark.parametrize("current", [OPEN, CLOSED], ids=["open", "closed"])
def test_what_was_written_is_read(current) -> None:
    disk = SimDisk()
    write_current(disk, current)
    assert read_current(disk) == current
    assert disk.names() == ["CURRENT"]


def test_a_folder_without_one_has_none() -> None:
    assert read_current(SimDisk()) is None


@pytest.mark.parametrize("current", [OPEN, CLOSED], ids=["open", "closed"])
def test_every_flipped_bit_names_the_file(current) -> None:
    disk = disk_with(encode(current))
    for at in range(len(encode(current))):
        for bit in range(8):
            disk.flip("CURRENT", at, bit)
            with pytest.raises(Damaged, match=r"^CURRENT at byte ") as damaged:
                read_current(disk)
            assert damaged.value.file == "CURRENT"
            assert damaged.value.exit_code == DamagedError.exit_code == 3
            disk.flip("CURRENT", at, bit)
    assert read_current(disk) == current


def test_every_shorter_and_every_longer_file_is_damage() -> None:
    data = encode(CLOSED)
    others = [data[:size] for size in range(len(data))]
    others += [data + b"\0", data + b"\n", data + data, b"\0" * len(data)]
    for other in others:
        with pytest.raises(Damaged, match="CURRENT"):
            read_current(disk_with(other))


def test_a_later_version_is_refused_in_a_sentence() -> None:
    with pytest.raises(InputError, match="a later version of sdcli wrote this store") as refused:
        read_current(disk_with(signed('sdcli-kv 2\n{"shape":"unknown"}\n')))
    assert (refused.value.given, refused.value.expected) == ("format 2", "format 1")
    assert refused.value.fix == "open it with the version that wrote it"


LINE = '{"manifest":3,"state":"open","store":"000102030405060708090a0b0c0d0e0f"}'


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "null",
        "{",
        "[" * 20_000,
        LINE.replace("open", "ajar"),
        LINE.replace("open", "closed"),  # and how long is the log?
        LINE.replace('"manifest":3,', ""),
        LINE.replace("3", '"3"', 1),
        LINE.replace("3", "true", 1),
        LINE.replace("3", "-3", 1),
        LINE.replace("3", "3.0", 1),
        LINE.replace("000102", ""),
        LINE.replace("0a0b", "0A0B"),
        LINE.replace("0a0b", "zzzz"),
        LINE.replace("{", '{"log":1,'),
        LINE.replace("{", '{"manifest":1,'),
        LINE.replace(",", ", "),
        LINE + "\n",
    ],
)
def test_a_line_that_says_something_else_is_damage_though_its_sum_fits(line) -> None:
    with pytest.raises(Damaged, match="CURRENT"):
        decode(signed(f"sdcli-kv 1\n{line}\n"))


@pytest.mark.parametrize("first", ["", "sdcli-kv", "sdcli-kv 0", "sdcli-kv 01", "sdcli-kv ²"])
def test_a_first_line_that_is_none_is_damage(first) -> None:
    with pytest.raises(Damaged, match="CURRENT"):
        decode(signed(f"{first}\n{LINE}\n"))


def test_a_disk_that_cannot_read_it_is_named_too() -> None:
    disk = disk_with(encode(OPEN))
    disk.fail_read(1)
    with pytest.raises(Damaged, match="CURRENT at byte 0: the disk cannot read this file"):
        read_current(disk)


@pytest.mark.parametrize("call", ["create", "append", "rename"])
def test_a_refused_replacement_leaves_the_old_one_and_no_draft(call) -> None:
    disk = SimDisk()
    write_current(disk, OPEN)
    disk.fail(call, 1)
    with pytest.raises(DiskRefused, match="CURRENT: the disk refused a write") as refused:
        write_current(disk, CLOSED)
    assert type(refused.value) is DiskRefused
    assert read_current(disk) == OPEN
    assert disk.names() == ["CURRENT"]
    write_current(disk, CLOSED)  # and it can be tried again
    assert read_current(disk) == CLOSED


@pytest.mark.parametrize("call", ["sync", "sync_names"])
def test_when_a_sync_fails_nobody_knows_which_one_stands(call) -> None:
    disk = SimDisk()
    write_current(disk, OPEN)
    disk.fail(call, 1)
    with pytest.raises(Poisoned):
        write_current(disk, CLOSED)
    assert read_current(disk.after_power_cut()) in {OPEN, CLOSED}


@pytest.mark.parametrize("worst", ["random", "nothing", "everything", "hollow"])
def test_a_power_cut_at_any_moment_leaves_the_old_or_the_new(worst) -> None:
    """And the new for sure, once the call has returned."""
    for cut in range(1, 8):
        disk = SimDisk(seed=cut)
        write_current(disk, OPEN)
        disk.power_cut_at(cut + len(disk.operations))
        try:
            write_current(disk, CLOSED)
        except PowerCut:
            found = {read_current(disk.after_power_cut(worst=worst)) for _ in range(8)}
            assert found <= {OPEN, CLOSED}
        else:
            assert cut > 5  # create, append, sync, rename, sync_names
            assert read_current(disk.after_power_cut(worst=worst)) == CLOSED


def test_a_draft_of_somebody_who_was_interrupted_is_no_obstacle() -> None:
    disk = SimDisk()
    disk.give("CURRENT.new", b"half of a")
    write_current(disk, OPEN)
    assert disk.names() == ["CURRENT"]


def test_another_store_or_manifest_is_another_text() -> None:
    texts = [encode(OPEN), encode(replace(OPEN, manifest=4)), encode(Current(bytes(16), 3))]
    assert len(set(texts)) == 3
