"""``python -m wegeketten`` is the command ``wegeketten``."""

from wegeketten.cli import main

if __name__ == "__main__":
    main()
