"""Which views of the log this program keeps: the one table between the projector, the readers and whoever watches them."""

from typing import Final

from projections.builds import Projection

PROJECTIONS: Final[tuple[Projection, ...]] = ()
