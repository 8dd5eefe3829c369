from cli import app as app  # noqa: TID251  # type checkers only: the checkout keeps cli.py on top
from cli import main as main  # noqa: TID251
