"""The command ``wegeketten``, also as ``python -m wegeketten``: the door opens before anything is loaded."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is still being loaded ends like any other, with 130."""
    try:
        from wegeketten.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("wegeketten: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
