"""The gateway in a box, from the inside out.

`records` are what it deals in: accounts, messages and what they hold, callbacks, settings.
`state` is what it remembers, in a file or in memory, with its clock. `engine` is what it does, in
plain Python: `sessions` says who calls, `acceptance` what is taken in, `delivery` what becomes of
it; `gateway` has all of it. `wire` binds the engine to the four services of the vendor's:
`dialects` says which generated package speaks which of them, `tolerance` turns what real clients
send into what that package reads, `calls` that into calls of the gateway; `callbacks` has the
forms of what the customer is told. `web` is all of it as requests and responses (`http`), its
pages for people (`inbox`), the `server` that carries them over sockets, and the `courier`, which
lets time go on and brings the callbacks. `config` reads a settings file.

The generated packages' service classes are not used here. They are one class for each dialect,
with typed methods, and answer with a fault what their schema cannot read; the gateway has one set
of operations for all four, takes parts in any case and calls in any namespace, answers in the
namespace of the call, and tells every error in band, with HTTP's status 200. What is used
of the packages is what their service classes are built on: their operations.
"""
