from routing import *  # noqa: F403, TID251  # type checkers only: the checkout keeps routing/ on top

# for the tests, which look inside
from routing import compiled as compiled  # noqa: TID251
from routing import components as components  # noqa: TID251
from routing import customize as customize  # noqa: TID251
from routing import effects as effects  # noqa: TID251
from routing import elimination as elimination  # noqa: TID251
from routing import graph as graph  # noqa: TID251
from routing import hierarchy as hierarchy  # noqa: TID251
from routing import metric as metric  # noqa: TID251
from routing import order as order  # noqa: TID251
from routing import partition as partition  # noqa: TID251
from routing import passes as passes  # noqa: TID251
from routing import query as query  # noqa: TID251
from routing import readout as readout  # noqa: TID251
from routing import round_tours as round_tours  # noqa: TID251
from routing import search as search  # noqa: TID251
from routing import supernodes as supernodes  # noqa: TID251
from routing import sweep as sweep  # noqa: TID251
from routing import workers as workers  # noqa: TID251
