"""`python -m helpers.train`: the door to helpers/command_line/train.py."""

import sys

from helpers.command_line.train import main

if __name__ == "__main__":
    sys.exit(main())
