"""SOAP's encoding: arrays and references."""
