from routing import *  # noqa: F403  (type checkers only: the checkout keeps routing/ at the top level)
