"""Who is it? A key for each request: what is counted together.

    by_address     the address of the connection. One IPv6 customer has 2^64 addresses and more, so
                   those count by their first 64 bits. Offices and mobile networks share an IPv4
                   address: generous limits, or another key.
    by_header      an API key. It is hashed: a key is a secret, as long as its sender likes it to
                   be, and does not belong into a store or its logs.
    a function     of the scope, for users who are logged in: lambda scope: f"user:{...}".

A key that anybody can make up is no limit. Behind a proxy every connection is the proxy's, and the
client's address stands in X-Forwarded-For; but a client may send that field too. Every proxy
appends the address that it saw, so only the last ones are true, as many as there are proxies of
ours: `by_address(proxies=1)` takes the last. In the same way an API key is only worth counting by
once something has checked it; until then by_header gives whoever invents keys a full burst for
each. (Servers that put the forwarded address into the scope themselves, as uvicorn does for
proxies that it trusts, need proxies=0.)

Source: X-Forwarded-For is no standard; that only its end can be trusted is section 8.1 of RFC 7239,
which made it one. /64: RFC 4291, section 2.5.1, interface identifiers of 64 bits.

Invariants:
    1. No header makes a request count as another kind of caller: keys begin with their kind.
    2. With proxies=n, nothing that a client sends chooses its key, if n proxies appended to it.
    3. A key is at most KEY_MAX characters long.

Cost: below a microsecond for a connection's IPv4 address, some more for the others.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, MutableMapping, Sequence
from hashlib import blake2b
from typing import Any

from sdcli.reference.limiters.decision import check_fit, check_key, check_positive

Scope = MutableMapping[str, Any]  # what ASGI says of a connection
Key = Callable[[Scope], str]

KEY_MAX = 200  # characters; a longer key is remembered by its hash
A_KEY = 'a function that makes a key of a scope, like by_header("x-api-key")'
NOBODY = "ip:unknown"  # requests without an address, over a socket of the file system, are one

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # of a header: RFC 9110, section 5.6.2


def by_address(proxies: int = 0) -> Key:
    """A key from the client's address.

    Args:
        proxies: how many proxies of ours a request has passed. With fewer entries in
            X-Forwarded-For than that, or with something else in it, the connection's address
            counts.

    Raises:
        InputError: this is no number of proxies.

    >>> sent = [(b"x-forwarded-for", b"6.6.6.6, 1.2.3.4")]
    >>> scope = {"client": ("10.0.0.9", 1234), "headers": sent}
    >>> by_address()(scope), by_address(proxies=1)(scope)
    ('ip:10.0.0.9', 'ip:1.2.3.4')
    >>> by_address()({"client": ("2001:db8:1:2:3:4:5:6", 1234)})
    'ip:2001:db8:1:2::/64'
    """
    if proxies != 0:
        check_positive("proxies", proxies, 1)

    def key(scope: Scope) -> str:
        found = None
        if proxies:
            sent = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
            hops = b",".join(sent).decode("latin-1").rsplit(",", proxies)
            found = _network(hops[-proxies]) if len(hops) >= proxies else None
        return found or _peer(scope.get("client"))

    return key


def by_header(name: str, otherwise: Key | None = None) -> Key:
    """A key from a header that something before us has checked.

    Args:
        name: of the header.
        otherwise: the key of requests that have none, or an empty one; by_address() unless given.

    Raises:
        InputError: no header can have this name, or `otherwise` cannot be called.

    >>> key = by_header("X-API-Key")
    >>> key({"headers": [(b"x-api-key", b"secret")]}) == header_key("secret")
    True
    """
    check_fit(
        "name", name, isinstance(name, str) and bool(_NAME.fullmatch(name)),
        'the name of a header, like "x-api-key"',
    )  # fmt: skip
    check_fit("otherwise", otherwise, otherwise is None or callable(otherwise), A_KEY)
    wanted = name.lower().encode("ascii")
    without = otherwise or by_address()

    def key(scope: Scope) -> str:
        for field, value in scope["headers"]:
            if field == wanted and value:
                return header_key(value)
        return without(scope)

    return key


def header_key(value: str | bytes) -> str:
    """The key that by_header makes of a value: for `limiter.reset(header_key("..."))`.

    Raises:
        InputError: this cannot be sent in a header.
    """
    check_fit(
        "value", type(value), isinstance(value, (str, bytes)), 'a text or bytes, like "secret"'
    )
    sent = value if isinstance(value, bytes) else value.encode(errors="surrogatepass")
    return f"key:{blake2b(sent, digest_size=16).hexdigest()}"


def bounded(key: str) -> str:
    """The key itself, or the hash of one that is too long for a store.

    Raises:
        InputError: it is no text.
    """
    check_key(key)
    if len(key) <= KEY_MAX:
        return key
    return f"long:{blake2b(key.encode(errors='surrogatepass'), digest_size=16).hexdigest()}"


def _peer(client: Sequence[Any] | None) -> str:
    """The key of the connection's other end, as the server wrote it down."""
    if not client:
        return NOBODY
    host = client[0]
    # Only IPv6 has more than one way to be written; parsing takes longer than a decision.
    return (_network(host) if ":" in host else None) or f"ip:{host}"


def _network(text: str) -> str | None:
    """The key of an address, with or without a port; None when it is none."""
    text = text.strip()
    host, colon, port = text.rpartition(":")
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif colon and ":" not in host and port.isdigit():
        text = host
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        # 1.2.3.4 on a socket that takes both kinds is ::ffff:1.2.3.4
        if address.ipv4_mapped is None:
            return f"ip:{ipaddress.IPv6Address(int(address) >> 64 << 64)}/64"
        address = address.ipv4_mapped
    return f"ip:{address}"
