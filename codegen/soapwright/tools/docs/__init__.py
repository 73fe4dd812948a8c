"""A static site that needs no server and no network: a reference of a generated package, a manual, or both.

`site.py` makes it, of views (`views.py`) that the templates in `templates/docs/` lay out. Every
text comes from strangers: none is marked as safe anywhere, the templates escape each.
"""
