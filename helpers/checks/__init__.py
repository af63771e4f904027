"""One module a lesson: what the learner's answers are held against, and the mistakes that people really make."""
