"""`python -m helpers.baselines`: the door to helpers/text/baselines.py."""

import sys

from helpers.text.baselines import main

if __name__ == "__main__":
    sys.exit(main())
