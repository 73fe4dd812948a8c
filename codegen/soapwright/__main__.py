"""`python -m soapwright` is the console script `soapwright`."""

from soapwright.cli.main import main

main()
