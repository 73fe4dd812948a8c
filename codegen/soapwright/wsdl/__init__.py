"""The front end: the only code that sees XML. Documents in, `soapwright.model.api.Api` out."""
