"""Small tales written by a stochastic grammar, with the exact probability of each of their characters."""

from helpers.tales.tales import Tales, write_tales
from helpers.tales.writer import Recall

__all__ = ["Recall", "Tales", "write_tales"]
