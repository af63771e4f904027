"""The package behind the notebooks of "From Alphabet to Attention". CONTRIBUTING.md has a map.

Nothing is imported here: `import helpers` costs nothing, and each notebook names the rooms that it needs. A room
imports from those behind it only: checks, answers, command_line, pictures, distributed, measuring, sampling, training,
models, text, corpora, tales, course, ground. The modules beside them are doors, for `python -m helpers.train` and its
like.
"""
