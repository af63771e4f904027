"""`python -m helpers.evaluate`: the door to helpers/command_line/evaluate.py."""

import sys

from helpers.command_line.evaluate import main

if __name__ == "__main__":
    sys.exit(main())
