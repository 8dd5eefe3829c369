"""Tag spellings become readings with bounds."""

from wegeketten.tags.readers import measure as measure
from wegeketten.tags.readers import read as read
from wegeketten.tags.reading import Provenance as Provenance
from wegeketten.tags.reading import Reading as Reading

__all__ = ["Provenance", "Reading", "measure", "read"]
