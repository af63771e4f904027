"""Built from lessons/ by `make build`: the course's own version of every exercise."""
