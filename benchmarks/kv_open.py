"""Opens a large store and reads from it; kv.py starts it, since memory is measured by process.

python benchmarks/kv_open.py DIR KEYS READS     the keys are those of kv.py, 0 to KEYS - 1
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from kv import key

from sdcli.reference.kv.engine import open_store


def peak() -> int:
    """Bytes of memory that this process had at most.

    On Linux the usual call counts what the parent had before it started this program, too.
    """
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    folder, count, reads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    asked = [key(i * 7919 % count) for i in range(reads)]
    before = peak()
    start = time.perf_counter()
    with open_store(folder, "os") as db:
        opened, worked = time.perf_counter(), time.thread_time()
        missing = sum(db.get(one) is None for one in asked)
        told = {
            "open_s": opened - start,
            "reads_s": reads / (time.perf_counter() - opened),
            "read_us": (time.thread_time() - worked) / reads * 1e6,
            "grown_bytes": peak() - before,
            "cached_bytes": db.cache.counts.charge,
            "missing": missing,
        }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
