"""Clients and transports."""
