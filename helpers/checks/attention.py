"""Checks of lesson 05: attention from its scores to the text it writes. Each exercise has a module below this one."""

from helpers.checks.contract import Checks

check = Checks("05_attention")
