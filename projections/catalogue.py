"""Every projection there is: what the projector keeps at the head of the log, and what a rebuild builds anew.

The views of the register stand in one build, so that an answer may join a list, a campaign and the names of units at one position.
"""

from typing import Final

from projections import campaigns, items, lists, unit_history, units
from projections.builds import Projection
from projections.campaign_rows import CAMPAIGN_LIST, CAMPAIGN_RECORD, CAMPAIGN_RETURN, RECONCILIATION
from projections.items import ITEM_LIST
from projections.lists import PUBLISHED_LIST
from projections.mentions import MENTIONS
from projections.unit_history import UNIT_HISTORY
from projections.units import UNIT_LIST

_INDEXED = (items.SQL, units.SQL, campaigns.SQL, lists.SQL, unit_history.SQL)

REGISTER: Final = Projection(
    name="register",
    version=2,
    views=(
        ITEM_LIST,
        UNIT_LIST,
        UNIT_HISTORY,
        MENTIONS,
        CAMPAIGN_LIST,
        CAMPAIGN_RETURN,
        CAMPAIGN_RECORD,
        RECONCILIATION,
        PUBLISHED_LIST,
    ),
    statements={"indexes": b";\n".join(statements["indexes"] for statements in _INDEXED)},
)
PROJECTIONS: Final = (REGISTER,)
