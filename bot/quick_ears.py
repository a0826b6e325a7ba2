"""What keeps the loop quick to hear while threads beside it read episodes: a command is acknowledged within 300 ms.

Slack itself waits three seconds, and shows the member an error then.
"""

import gc
import sys
from typing import Final

_TURN: Final = 0.0005
"""Seconds that a thread which reads an episode may keep Python to itself while the loop wants to go on.

Python's own 5 ms add up: hearing a command takes dozens of turns.
"""
_ROUNDS: Final = 100
"""So many collections of the middle generation between two full ones, in place of Python's 10.

Among the words of several transcripts a full one stops every thread for up to 100 ms, and frees two thousand objects.
"""


def take_short_turns() -> None:
    """Let no thread keep Python to itself for long. For the whole process."""
    sys.setswitchinterval(_TURN)


def spare_what_stays() -> None:
    """Have Python's collector never look again at what is there now, and seldom at all of the rest.

    For the whole process; call it when the service has started. A full collection stops every thread; with the modules
    and tables of a service it took 300 to 700 ms.
    """
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _ROUNDS)
