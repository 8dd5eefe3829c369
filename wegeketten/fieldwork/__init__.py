"""Survey walks for people without a computer: pages for a phone and sheets to print.

`choices` says what can be answered, `drawings` draws it; `walk_map` draws where to go; `cards` are the places
of a walk; `phone` writes one page per walk, `checklist` the sheets.
"""
