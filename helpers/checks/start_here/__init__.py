"""The checks of lesson 00: one module an exercise, named like it; the others serve several."""

from helpers.checks.contract import Checks
from helpers.checks.start_here.next_letter import next_letter

check = Checks("00_start_here")

for exercise in (next_letter,):
    check.exercise(exercise)
