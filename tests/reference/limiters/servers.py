"""A Redis of our own for tests: on a free port of this machine, in memory alone, and stopped."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from typing import Any

import pytest
import redis

READY_WITHIN = 20.0  # seconds; a busy machine takes two


def free_port() -> int:
    """A port that nobody listens on. A cluster needs the one 10,000 above it, too."""
    while True:
        with socket.socket() as one, socket.socket() as above:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            if port > 55_535:
                continue
            try:
                above.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
            return port


class Server:
    """A redis-server, which lives as long as somebody wants it."""

    def __init__(self, *options: str) -> None:
        self.options = options
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory()
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, on the same port as before, and wait until it answers."""
        self.process = subprocess.Popen(
            [
                "redis-server", "--port", str(self.port), "--bind", "127.0.0.1",
                "--save", "", "--appendonly", "no", "--dir", self.folder.name, *self.options,
            ],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        latest = time.monotonic() + READY_WITHIN
        while True:
            try:
                with self.client(socket_timeout=1) as client:
                    client.ping()
            except redis.exceptions.ConnectionError:
                if self.process.poll() is not None or time.monotonic() > latest:
                    self.stop()
                    raise
                time.sleep(0.01)
            else:
                return

    def kill(self) -> None:
        """As a power cut does: no goodbye. What it knew is lost."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        self.kill()
        self.folder.cleanup()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def client(self, **options: Any) -> redis.Redis:
        return redis.Redis(port=self.port, **options)


def needed() -> None:
    """Skip where there is no Redis; under CI that is a failure (tests/conftest.py)."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
