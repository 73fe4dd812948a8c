"""`python -m codegen` is the console script `soapwright`."""

from codegen.cli import main

main()
