"""One Redis for all tests that want one; each process of a parallel run has its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reference.limiters.servers import Server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Server]:
    from tests.reference.limiters.servers import Server, needed

    needed()
    server = Server()
    yield server
    server.stop()
