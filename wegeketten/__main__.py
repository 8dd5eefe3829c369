"""Entry point of ``wegeketten`` and ``python -m wegeketten``; imports nothing heavy."""

import os
import sys


def main() -> None:
    """Run the command line and end at once.

    Ctrl-C exits with 130, also while modules are still being loaded. Interpreter teardown is skipped: after a
    build or a scan it takes some tenths of a second. With ``WEGEKETTEN_DEBUG`` set it runs, so that atexit
    hooks such as profilers do.
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
        except OSError:  # already reported, or the reader is gone
            continue
    os._exit(code)


if __name__ == "__main__":
    main()
