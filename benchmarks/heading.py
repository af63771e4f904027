"""What a measurement was made with: without it, a figure says nothing."""

import contextlib
import os
import platform
from datetime import datetime
from pathlib import Path

import numpy as np
import torch


def describe_run(quick: bool) -> str:
    """Return date, machine, Python, numpy, torch and its number of threads, in one line."""
    parts = [
        f"{datetime.now():%Y-%m-%d %H:%M}",
        platform.platform(),
        f"{os.cpu_count()} processor cores ({name_processor()})",
        *([torch.cuda.get_device_name()] if torch.cuda.is_available() else []),
        f"{platform.python_implementation()} {platform.python_version()}",
        f"numpy {np.__version__}",
        f"torch {torch.__version__} with {torch.get_num_threads()} threads",
        *(["quick"] if quick else []),
    ]
    return ", ".join(parts)


def name_processor() -> str:
    """Return the processor's own name where the operating system tells it, else its kind."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
