"""What learners hand in: wrong answers, the line each must draw, and other right answers.

The module of a lesson takes in what the others of that lesson collect.
"""
