"""The tests: of the package, of the checks, of the build and of the notebooks."""
