"""The speed and memory of soapwright beside those of other toolkits: `make bench`."""
