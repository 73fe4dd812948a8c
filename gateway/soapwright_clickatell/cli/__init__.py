"""`clickatell`: the client layer and the gateway in a box at the shell."""
