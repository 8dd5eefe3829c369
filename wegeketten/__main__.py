"""The command ``wegeketten``, also as ``python -m wegeketten``: a door open before anything is loaded."""

import os
import sys


def main() -> None:
    """Run the command line and end at once.

    Ctrl-C while the program is still being loaded ends like any other, with 130. At the end nothing is taken
    apart object by object, which after a build or a scan takes some tenths of a second; with
    ``WEGEKETTEN_DEBUG`` set it is, for profilers and the like that have their say then.
    """
    try:
        from wegeketten.cli import main as run

        run()
    except KeyboardInterrupt:
        if sys.stderr:  # not closed
            sys.stderr.write("wegeketten: interrupted\n")
        code = 130
    except SystemExit as ended:
        code = int(ended.code or 0)
    else:
        code = 0
    if os.environ.get("WEGEKETTEN_DEBUG"):
        sys.exit(code)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:  # told already, or there is nobody to tell
            continue
    os._exit(code)


if __name__ == "__main__":
    main()
