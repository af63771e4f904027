"""The package behind the notebooks of "From Alphabet to Attention".

Nothing is imported here: `import helpers` costs nothing, and each notebook names the module it needs.
Modules import downward only: checks, answers, command line, plots, training and sampling, models,
batching and baselines, corpora, and at the ground vocabulary, device, settings and files.
"""
