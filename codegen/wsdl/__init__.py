"""The front end: the only code that sees XML. Documents in, `codegen.model.Api` out."""
