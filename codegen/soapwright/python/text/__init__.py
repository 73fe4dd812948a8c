"""Python source as text: literals, statements, views, templates."""
