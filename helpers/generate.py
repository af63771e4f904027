"""`python -m helpers.generate`: the door to helpers/command_line/generate.py."""

import sys

from helpers.command_line.generate import main

if __name__ == "__main__":
    sys.exit(main())
