"""The commands `helpers.train`, `helpers.generate` and `helpers.evaluate`, and the parts that they are made of.

What all commands of the course do alike stands in `helpers.course.console`.
"""
