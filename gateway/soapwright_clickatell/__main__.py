"""`python -m soapwright_clickatell` is the console script `clickatell`."""

from .cli.main import main

if __name__ == "__main__":
    main(prog_name="clickatell")
