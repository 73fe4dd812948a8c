"""Messages to send, whatever sends them: their kinds, and the options of sending."""
