"""`make demo`, which is `python -m soapwright_clickatell.demo`."""
