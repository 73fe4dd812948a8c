"""`soapwright console`: a page on this machine that calls a service: forms, envelopes, replies, history."""
