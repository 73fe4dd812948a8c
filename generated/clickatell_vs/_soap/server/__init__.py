"""Services: ASGI, WSGI, in memory."""
