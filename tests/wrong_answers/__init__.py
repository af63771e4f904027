"""What learners hand in: one module a lesson, with wrong answers, the line each must draw, and other right answers."""
