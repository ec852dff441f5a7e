"""A projector as its own process: python -m tests.projections.follower CONNINFO."""

import logging
import sys
import threading

from projections.projector import follow
from tests.projections.registry import registry

logging.basicConfig()
follow(sys.argv[1], [registry], threading.Event())
