"""The console script `soapwright`, and `python -m soapwright`."""

from soapwright.cli.interrupted import interrupted


def run() -> None:
    """Run the command line.

    Raises:
        SystemExit: always.
    """
    try:
        # Ctrl-C ends the imports, too, without a traceback
        from soapwright.cli.main import main

        main(prog_name="soapwright")
    except KeyboardInterrupt:
        raise interrupted() from None


if __name__ == "__main__":
    run()
