from routing import *  # noqa: F403, TID251  # type checkers only: the checkout keeps routing/ on top
