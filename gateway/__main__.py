"""`python -m gateway` is the console script `clickatell`."""

from .cli import main

if __name__ == "__main__":
    main(prog_name="clickatell")
