"""What `Apart` starts in place of its own process: dies of the feed that POISON names, and reads any other.

python -m tests.peers.poisoned_apart scan FEED
"""

import os
import runpy
import signal
import sys

if __name__ == "__main__":
    if sys.argv[2] == os.environ["POISON"]:
        sys.stdin.readline()
        os.kill(os.getpid(), signal.SIGKILL)
    runpy.run_module("bot.engine.apart_process", run_name="__main__")
