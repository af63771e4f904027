"""Memory that objects hold, in bytes."""

import gc
import json
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterable
from itertools import accumulate
from pathlib import Path
from typing import Any

import psutil
import torch
from torch.profiler import ProfilerActivity, profile


def build_traced(build: Callable[[], Any]) -> tuple[Any, int]:
    """Return what `build` makes, and the bytes that Python allocated for it and still holds.

    Traced with tracemalloc and not added up with `sys.getsizeof`. A trace counts what is new and each block once: no
    integer that was there before and is only pointed to, but the room that a growing list keeps in reserve. It does
    not see what torch allocates itself: for a tensor's numbers see `storage_bytes`; its head is a few hundred bytes.
    """
    gc.collect()
    tracemalloc.start()
    try:
        built = build()
        return built, tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def storage_bytes(tensors: Iterable[torch.Tensor]) -> int:
    """Return the bytes of the storages behind some tensors, each storage counted once however many views share it."""
    storages = [tensor.untyped_storage() for tensor in tensors]
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())


def peak_tensor_bytes(function: Callable[[], Any]) -> int:
    """Return how far the bytes that torch has allocated on the CPU rise while `function` runs.

    Each allocation and release is in torch's own trace, so the figure is exact and always the same. It does not count
    the working space that the matrix products get elsewhere, nor the release of what was allocated before.
    """
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as trace:
        function()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.json"
        trace.export_chrome_trace(str(path))
        events = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    changes = [(event["ts"], event["args"]["Bytes"]) for event in events if event["name"] == "[memory]"]
    return max(accumulate(size for _, size in sorted(changes)), default=0)


def peak_resident_bytes() -> int:
    """Return the most memory that this process has had resident since it began, as its operating system counts it."""
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset
    if sys.platform == "linux":  # `getrusage` would count the process that started this one
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
