"""The gateway in a box, from the inside out.

`gateway` is what it does, in plain Python: `sessions` says who calls, `acceptance` what is taken
in, `content` what a message holds, `delivery` what becomes of it, `callbacks` what is told of it.
`store` is what it remembers, `settings` how it was set up, `settings_file` where that is read
(`toml_places` has its lines). `soap` binds it to the four services of
the vendor's: `dialects` says which generated package speaks which of them, `tolerance` turns what
real clients send into what that package reads, `calls` that into calls of the gateway. `http` is
the sandbox as requests and responses, `inbox` its pages for people, `server` carries those over
sockets; `courier` lets time go on and brings the callbacks.

The generated packages' service classes are not used here. They are one class for each dialect,
with typed methods, and answer with a fault what their schema cannot read; the gateway has one set
of operations for all four, takes parts in any case and calls in any namespace, answers in the
namespace of the call, and tells every error in band, with HTTP's status 200. What is used of the packages is what their service classes stand on, too: their operations.
"""
