"""The contract of a check, and for each lesson a folder of what learners hand in: wrong answers with the line
that each must draw, and right answers that are written differently.
"""
