"""Every planted pattern and every look-alike: importing this knows them all."""

from tests.leads import planted_conduct, planted_duties, planted_heaps, planted_papers, planted_whom
from tests.leads.planting import PATTERNS, PLANTED, Case, Twin, cases

ROOMS = (planted_conduct, planted_duties, planted_heaps, planted_papers, planted_whom)
ASKED_ON = planted_duties.ASKED_ON

__all__ = ["ASKED_ON", "PATTERNS", "PLANTED", "Case", "Twin", "cases"]
