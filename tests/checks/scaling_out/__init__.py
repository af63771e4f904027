"""What learners hand in for lesson 07, an exercise a module."""

from tests.checks.answers import collect

ANSWERS = collect(__path__, __name__)
