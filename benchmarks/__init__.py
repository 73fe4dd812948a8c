"""What soapwright costs, measured side by side with other toolkits: `make bench`."""
