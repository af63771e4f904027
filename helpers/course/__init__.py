"""What makes a notebook a course: its switches, its records, the form of an exercise, the executing of notebooks.

What a right answer is stands in `helpers.checks`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "printing": ["print_text"],
        "settings": ["full_or_quick", "set_quick"],
    },
)
