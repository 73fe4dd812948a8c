"""The sandbox's JSON API, for programs what the inbox is for people.

`shapes` turns dataclasses into JSON, JSON Schema and back; `views` are those that are returned,
`requests` those that are taken. `endpoints` is what can be called, `openapi` its description, made
of the same dataclasses. `events` is the stream of what happens.
"""
