"""The console script `clickatell`, and `python -m soapwright_clickatell`."""

from .cli.interrupted import interrupted


def run() -> None:
    """Run the command line.

    Raises:
        SystemExit: always.
    """
    try:
        # Ctrl-C ends the imports, too, without a traceback
        from .cli.main import main

        main(prog_name="clickatell")
    except KeyboardInterrupt:
        raise interrupted() from None


if __name__ == "__main__":
    run()
