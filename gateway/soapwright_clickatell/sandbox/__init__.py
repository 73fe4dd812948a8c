"""The gateway in a box, from the inside out.

`records` are its values: accounts, messages and their content, callbacks, settings.
`state` is its state, in a file or in memory, with its clock. `engine` is its behaviour, in
plain Python: `sessions` identifies callers, `acceptance` checks messages, `delivery` decides their
fate; `gateway` combines them. `wire` binds the engine to the four services of the vendor's:
`dialects` assigns a generated package to each of them, `tolerance` rewrites requests of real
clients into requests that the package reads, `calls` turns these into calls of the gateway;
`callbacks` has the forms of callbacks. `web` is all of it as requests and responses (`http`), its
pages for people (`inbox`), the `server` that carries them over sockets, and the `courier`, which
advances the time and sends the callbacks. `api` is the same for programs, in JSON. `config` reads a
settings file. `box` puts all of it together.

The generated packages' service classes are not used here. They are one class for each dialect,
with typed methods, and answer with a fault what their schema cannot read; the gateway has one set
of operations for all four, takes parts in any case and calls in any namespace, answers in the
namespace of the call, and reports every error in band, with HTTP's status 200. Of the packages
only the operations are used, on which their service classes are built.
"""
