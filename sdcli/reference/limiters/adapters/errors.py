"""What Redis' errors mean: gone for a while, or wrong and to be mended.

Of a store that is away somebody decides beforehand what to say meanwhile (guarded.py), and a
minute later it is back. A user without the right to call the function is never back: whoever took
that for being away would admit everybody, silently and for good. So there are two kinds:

    StoreAway     no connection, no answer in time; it loads its data, has no memory left, became
                  a replica, lost its primary, is kept busy by a script of somebody else
    the others    loud, under any policy: a wrong password, a missing right, a Redis of a cluster
                  that is asked as if it were alone, one that is too old, a key that is no log, or
                  a defect in decide.lua

Whatever else the package redis raises about the connection is being away; whatever else Redis
answers is a defect, until somebody has looked at it.

>>> class NoPermissionError(Exception): ...
>>> NoPermissionError.__module__ = "redis.exceptions"
>>> class ResponseError(NoPermissionError): ...
>>> is_of(NoPermissionError(), "NoPermissionError"), is_of(ValueError(), "NoPermissionError")
(True, False)
"""

from __future__ import annotations

from sdcli.core.errors import DamagedError, MissingError, SdcliError
from sdcli.reference.limiters.store import StoreAway

_CLUSTER = "use redis.RedisCluster: this Redis is part of a cluster"
_RIGHTS = "fcall, function|load, time, the keys of the prefix and the commands on them"
# How Redis 7.0 and later ones say that the function may not call what it calls.
_FORBIDDEN = ("user executing the script can't", "ACL failure in script")

# What redis.exceptions knows, and what to do about it; the first that fits.
_AWAY = {
    "BusyLoadingError": "it reads its data after a start; try again in a moment",
    "MaxConnectionsError": "give the client's pool more connections",
    "ConnectionError": "start it, or check host and port",
    "TimeoutError": "see how busy it is, or give the client a longer socket_timeout",
    "ReadOnlyError": "write to the primary; this is a replica, or was made one",
    "OutOfMemoryError": "give it more memory (maxmemory), or fewer callers",
    "ClusterDownError": "wait for the cluster to elect a primary",
    "ClusterError": "",
    "TryAgainError": "wait for the cluster to have moved these keys",
}
# The same for answers that the package has no class for, by their first word.
_AWAY_WORDS = {
    "BUSY": "somebody's script runs for too long; SCRIPT KILL or FUNCTION KILL ends it",
    "MISCONF": "it cannot save its data to disk, and refuses to write; see its log",
    "NOREPLICAS": "it has fewer replicas than min-replicas-to-write asks for",
}


def told(error: Exception) -> Exception:
    """What is told when Redis answers with an error or not at all; other errors are themselves."""
    if not (is_of(error, "RedisError") or is_of(error, "RedisClusterException")):
        return error
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    if wrong := _wrong(error, said):
        return wrong
    remedy = next((text for name, text in _AWAY.items() if is_of(error, name)), None)
    if remedy is None:
        remedy = _AWAY_WORDS.get(said.split(" ", 1)[0])
    if remedy is None and is_of(error, "ResponseError"):
        return SdcliError(
            "the function inside Redis failed, which is a defect of it", where="store", given=said
        )
    return StoreAway("Redis does not decide", where="store", given=said, fix=remedy or "")


def _wrong(error: Exception, said: str) -> SdcliError | None:
    """An error that waiting does not mend."""
    if is_of(error, "AuthenticationError") or is_of(error, "AuthorizationError"):
        return MissingError(
            "Redis does not let this client in",
            where="store",
            given=said,
            expected="a user and password that it knows, as in redis://user:password@host:6379",
        )
    if is_of(error, "NoPermissionError") or any(part in said for part in _FORBIDDEN):
        return MissingError(
            "this user of Redis lacks a right", where="store", given=said, expected=_RIGHTS
        )
    if is_of(error, "MovedError") or is_of(error, "ClusterCrossSlotError"):
        return MissingError(
            "this client cannot ask a cluster", where="store", given=said, fix=_CLUSTER
        )
    if said.startswith("unknown command"):
        return MissingError(
            "this Redis has no functions", where="store", given=said, expected="Redis 7 or newer"
        )
    if said.startswith("WRONGTYPE"):
        return DamagedError(
            "a key in Redis is no log of a limiter",
            where="store",
            given=said,
            expected="keys that nobody else writes; give the limiter a prefix of its own",
        )
    return None


def is_of(error: object, name: str) -> bool:
    """Whether this is such an error of the package redis, which is not imported for it."""
    return isinstance(error, Exception) and any(
        kind.__name__ == name and kind.__module__ == "redis.exceptions"
        for kind in type(error).__mro__
    )
