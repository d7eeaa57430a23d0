"""A service behind the middleware, for test_service.py: a process of its own, on a free port.

    python served.py LIMIT ALGORITHM real|virtual        prints the port that it listens on

Every request to / counts, as much as its header x-cost says. /advance/NS moves a virtual clock;
/left says what is left. These two are not limited.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from pathlib import Path

if __name__ == "__main__":  # run by its path: the checkout is not on the path yet
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from sdcli.core.chance import Chance
from sdcli.reference.limiters import Limiter
from sdcli.reference.limiters.asgi import RateLimit
from sdcli.reference.limiters.headers import spread


async def answer(send, text: str) -> None:
    body = text.encode()
    fields = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": body})


async def hello(scope, receive, send) -> None:
    await answer(send, "hello")


def cost(scope) -> int:
    return int(dict(scope["headers"]).get(b"x-cost", b"1"))


def service(limit: str, algorithm: str, clock: str):
    moved = [0]
    limiter = Limiter(
        limit,
        algorithm=algorithm,
        clock=time.monotonic_ns if clock == "real" else lambda: moved[0],
    )
    limited = RateLimit(hello, limiter, cost=cost, jitter=spread(Chance(7)))

    async def app(scope, receive, send) -> None:
        path = scope.get("path", "")
        if path.startswith("/advance/"):
            moved[0] += int(path.rpartition("/")[2])
            await answer(send, "moved")
        elif path == "/left":
            await answer(send, str(limiter.peek("ip:127.0.0.1", cost=0).remaining))
        else:
            await limited(scope, receive, send)

    return app


def main() -> None:
    import uvicorn

    # Said in full: asyncio sends small parts at once (TCP_NODELAY) only where it sees TCP written
    # down. Without, each answer waits 40 ms for the client's acknowledgement of its first half.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    sock.listen(128)  # whoever connects before the server runs waits, and is not refused
    print(sock.getsockname()[1], flush=True)  # noqa: T201 - whoever started it reads this
    config = uvicorn.Config(
        service(*sys.argv[1:4]), log_level="warning", access_log=False, lifespan="off"
    )
    asyncio.run(uvicorn.Server(config).serve(sockets=[sock]))


if __name__ == "__main__":
    main()
