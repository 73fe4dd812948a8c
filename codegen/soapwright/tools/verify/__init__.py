"""`verify`: a signed message explained, with the runtime's own verifier: what is signed by whom, and why it is refused."""
