"""What keeps the loop quick to hear while threads beside it read episodes: Slack waits 300 ms for a command."""

import gc
import sys
from typing import Final

_TURN: Final = 0.0005
"""Seconds that a thread which reads an episode may keep Python to itself while the loop wants to go on.

Python's own 5 ms add up: hearing a command takes dozens of turns.
"""


def take_short_turns() -> None:
    """Let no thread keep Python to itself for long. For the whole process."""
    sys.setswitchinterval(_TURN)


def spare_what_stays() -> None:
    """Tell Python's collector never to look again at what is there now: call it when the service has started.

    A full collection stops every thread; with the modules and tables of a service it took 300 to 700 ms.
    """
    gc.collect()
    gc.freeze()
