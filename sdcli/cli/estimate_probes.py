"""What `sdcli estimate latency --measure` times: memory, hashing, a system call, files, loopback.

The list is napkin-math's (github.com/sirupsen/napkin-math), as far as the standard library
reaches. Files lie in one temporary folder that goes when the probes do, also after Ctrl-C; the
network is the loopback alone.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from hashlib import blake2b, shake_128
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sdcli.cli.probe import Probe, Work
from sdcli.core.chance import SEED, Chance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sdcli.cli.probe import Clock

MB = 1_000_000
PAGE = 4096
CACHED, FROM_DISK = "read-1mb-cached", "read-1mb-ssd"

_MEMORY = 64 * MB  # larger than most caches, so that each read comes from memory
_FILE = 32 * MB
_FILE_MIN = 4 * MB
_WRITE_S = 1.5  # a slow disk gets a shorter file
_FSYNC = 8192  # bytes
_READS = 32  # of a batch past the page cache: few enough for a disk that seeks


@contextlib.contextmanager
def machine(clock: Clock) -> Iterator[tuple[Probe, ...]]:
    """The probes of this machine; what they leave behind is gone afterwards."""
    with contextlib.ExitStack() as stack:
        scratch = Scratch(stack, clock)
        yield (
            Probe("read-1mb-memory", "read 1 MB of memory", _read_memory),
            Probe("copy-1mb-memory", "copy 1 MB of memory", _copy_memory),
            Probe("hash-1kb", "hash 1 KB (blake2b)", lambda: _hashing(1000)),
            Probe("hash-1mb", "hash 1 MB (blake2b)", lambda: _hashing(MB)),
            Probe("system-call", "system call (getppid)", _system_call),
            Probe("loopback", "TCP round trip, loopback", _loopback),
            Probe("ssd-write-fsync", "write 8 KiB, with fsync", scratch.fsync),
            Probe(CACHED, "read 1 MB of a file, cached", scratch.cached),
            Probe(FROM_DISK, "read 1 MB of a file, from disk", scratch.in_sequence),
            Probe("read-4kb-cached", "read 4 KiB at random, cached", scratch.cached_at_random),
            Probe("ssd-random-read", "read 4 KiB at random, from disk", scratch.at_random),
        )


@contextlib.contextmanager
def _read_memory() -> Iterator[Work]:
    """Look for a byte that is not there: every byte is read, none is copied."""
    block = bytearray(b"\x01") * _MEMORY  # written, so that each page has memory of its own
    starts = cycle(range(0, _MEMORY, MB))

    def run() -> None:
        start = next(starts)
        block.find(0, start, start + MB)

    yield Work(run)


@contextlib.contextmanager
def _copy_memory() -> Iterator[Work]:
    block = bytearray(b"\x01") * _MEMORY
    source, target = memoryview(block), memoryview(bytearray(MB))
    starts = cycle(range(0, _MEMORY, MB))

    def run() -> None:
        start = next(starts)
        target[:] = source[start : start + MB]

    yield Work(run)


@contextlib.contextmanager
def _hashing(size: int) -> Iterator[Work]:
    data = bytes(size)
    yield Work(lambda: blake2b(data).digest())


@contextlib.contextmanager
def _system_call() -> Iterator[Work]:
    call = os.getppid  # the cheapest that no library answers by itself

    def run() -> None:  # in a function of ours, whose cost is taken off
        call()

    yield Work(run)


@contextlib.contextmanager
def _loopback() -> Iterator[Work]:
    """A byte there and back, answered by a thread of ours: both ends have to be woken."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    with near, far:
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        echo = threading.Thread(target=_echo, args=(far,), daemon=True)
        echo.start()

        def run() -> None:
            near.sendall(b"x")
            if not near.recv(1):
                raise ConnectionResetError("the other end has closed")

        try:
            yield Work(run)
        finally:
            with contextlib.suppress(OSError):
                near.shutdown(socket.SHUT_RDWR)
            echo.join(timeout=1)


def _echo(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := end.recv(1):
            end.sendall(data)


class Scratch:
    """A temporary folder, made when the first probe needs it, with a file to read in it."""

    def __init__(self, stack: contextlib.ExitStack, clock: Clock) -> None:
        self._stack = stack
        self._clock = clock
        self._folder: Path | None = None
        self._file: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder.

        Raises:
            OSError: there is no place for one.
        """
        if self._folder is None:
            made = TemporaryDirectory(prefix="sdcli-probe-", ignore_cleanup_errors=True)
            self._folder = Path(self._stack.enter_context(made))
        return self._folder

    def file(self) -> Path:
        """A file of 32 MB that has reached the disk; of less where that takes too long.

        Raises:
            OSError: it cannot be written; what was written is gone.
        """
        if self._file is None:
            path = self.folder / "read"
            end = self._clock() + _WRITE_S
            try:
                with path.open("wb") as file:
                    while file.tell() < _FILE and (file.tell() < _FILE_MIN or self._clock() < end):
                        # noise, so that a file system that packs its blocks cannot
                        file.write(shake_128(str(file.tell()).encode()).digest(_FILE_MIN))
                        file.flush()
                        os.fsync(file.fileno())
            except OSError:
                path.unlink(missing_ok=True)
                raise
            self._file = path
        return self._file

    @contextlib.contextmanager
    def fsync(self) -> Iterator[Work]:
        """Write the same block again and wait until the disk has it."""
        block = bytes(_FSYNC)
        with _opened(self.folder / "fsync", os.O_RDWR | os.O_CREAT) as file:

            def run() -> None:
                os.pwrite(file, block, 0)
                os.fsync(file)

            yield Work(run)

    @contextlib.contextmanager
    def cached(self) -> Iterator[Work]:
        """Read 1 MB after the other, which the page cache has since they were written."""
        with _opened(self.file(), os.O_RDONLY) as file:
            yield Work(_reader(file, MB, list(range(0, _size(file) - MB + 1, MB))))

    @contextlib.contextmanager
    def in_sequence(self) -> Iterator[Work]:
        """The same once the page cache has let the file go; reading ahead is allowed."""
        with _opened(self.file(), os.O_RDONLY) as file:
            places = list(range(0, _size(file) - MB + 1, MB))
            yield Work(_reader(file, MB, places), lambda: _let_go(file), len(places))

    @contextlib.contextmanager
    def cached_at_random(self) -> Iterator[Work]:
        """Read pages in any order."""
        with _opened(self.file(), os.O_RDONLY) as file:
            yield Work(_reader(file, PAGE, _shuffled(_size(file))))

    @contextlib.contextmanager
    def at_random(self) -> Iterator[Work]:
        """The same once the page cache has let the file go, without reading ahead."""
        with _opened(self.file(), os.O_RDONLY) as file:
            read = _reader(file, PAGE, _shuffled(_size(file)))
            yield Work(read, lambda: _let_go(file, at_random=True), _READS)


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    file = os.open(path, flags, 0o600)
    try:
        yield file
    finally:
        os.close(file)


def _size(file: int) -> int:
    return os.fstat(file).st_size


def _shuffled(size: int) -> list[int]:
    places = list(range(0, size - PAGE + 1, PAGE))
    Chance(SEED).shuffle(places)
    return places


def _reader(file: int, size: int, places: list[int]) -> Callable[[], None]:
    """What reads `size` bytes into the same memory, at the next of these places."""
    following = cycle(places)
    into = [bytearray(size)]

    def run() -> None:
        os.preadv(file, into, next(following))

    return run


def _let_go(file: int, *, at_random: bool = False) -> None:
    """Ask the system to forget what it has of a file.

    Raises:
        OSError: it has no way to.
    """
    advise = getattr(os, "posix_fadvise", None)
    if advise is None:
        raise OSError("this system keeps its page cache")
    if at_random:
        advise(file, 0, 0, os.POSIX_FADV_RANDOM)
    advise(file, 0, 0, os.POSIX_FADV_DONTNEED)
