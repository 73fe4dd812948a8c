"""The gateway in a box, from the inside out.

`gateway` is what it does, in plain Python; `store` is what it remembers. `soap` binds it to the
four services of the vendor's: `dialects` says which generated package speaks which of them,
`tolerance` turns what real clients send into what that package reads. `http` is the sandbox as
requests and responses, `server` carries those over sockets.
"""
