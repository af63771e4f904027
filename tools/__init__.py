"""How the notebooks are built from the lessons, and how a learner's copies are opened."""
