"""Tag spellings become readings with bounds; tags of an element become one reading per attribute."""

from wegeketten.model.reading import Provenance as Provenance
from wegeketten.model.reading import Reading as Reading
from wegeketten.tags.assumption import Value as Value
from wegeketten.tags.assumption import assume as assume
from wegeketten.tags.assumption import steps_on as steps_on
from wegeketten.tags.conflict import Conflict as Conflict
from wegeketten.tags.precedence import Resolved as Resolved
from wegeketten.tags.precedence import resolve as resolve
from wegeketten.tags.readers import measure as measure
from wegeketten.tags.readers import read as read

__all__ = [
    "Conflict",
    "Provenance",
    "Reading",
    "Resolved",
    "Value",
    "assume",
    "measure",
    "read",
    "resolve",
    "steps_on",
]
