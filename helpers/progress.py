"""`python -m helpers.progress`: the door to helpers/course/progress.py."""

import sys

from helpers.course.progress import main

if __name__ == "__main__":
    sys.exit(main())
