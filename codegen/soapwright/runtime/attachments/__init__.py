"""Binary values and parts of messages that travel beside the envelope: MTOM, SOAP with Attachments, swaRef."""
