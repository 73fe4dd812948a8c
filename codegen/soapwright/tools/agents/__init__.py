"""A package's operations as tools of the Model Context Protocol."""
