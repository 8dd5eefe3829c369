"""What is to be done: which services, in which order, when, and with which needs on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wegeketten.errors import UsageError
from wegeketten.reach.chains.needs import Needs

if TYPE_CHECKING:
    import datetime as dt

    from wegeketten.city import City

MOST_VISITS = 8


@dataclass(frozen=True)
class Errands:
    """What is to be done.

    Attributes
    ----------
    visit
        Service ids, in the order of the visits.
    any_order
        Whether the order is free.
    returning
        Whether the chain ends at home. Down is not up: the way home counts in its own direction.
    when
        Places must be open at this time of an ordinary week; None does not ask. Unknown hours count as
        open in *likely* and *possible*, not in *sure*.
    needs
        Benches and toilets on the way.
    """

    visit: tuple[str, ...]
    any_order: bool = False
    returning: bool = False
    when: dt.datetime | None = None
    needs: Needs = field(default_factory=Needs)

    def checked(self, city: City) -> Errands:
        """With ids as the catalogue writes them.

        Parameters
        ----------
        city
            The city, as built.

        Returns
        -------
        Errands
            The same errands.

        Raises
        ------
        UsageError
            A service does not exist, there is none, or there are more than eight.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> Errands(("pharmacy", "groceries")).checked(hamlet()).visit
        ('pharmacy', 'groceries')
        """
        if not 1 <= len(self.visit) <= MOST_VISITS:
            raise UsageError(f"--visit: give one to {MOST_VISITS} services, such as pharmacy,doctor,stop")
        names = tuple(city.catalogue.service(name.strip()).id for name in self.visit)
        return Errands(names, self.any_order, self.returning, self.when, self.needs)
