"""What a measurement was made with: without it, a figure says nothing."""

import os
import platform
from datetime import datetime

import torch


def describe_run(quick: bool) -> str:
    """Return date, platform, Python, torch and its number of threads, in one line."""
    parts = [
        f"{datetime.now():%Y-%m-%d %H:%M}",
        platform.platform(),
        f"{os.cpu_count()} processor cores",
        f"{platform.python_implementation()} {platform.python_version()}",
        f"torch {torch.__version__} with {torch.get_num_threads()} threads",
        *(["quick"] if quick else []),
    ]
    return ", ".join(parts)
