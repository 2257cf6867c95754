"""`python -m tests.crash.suicidal`: the bot, killing itself with SIGKILL at the N-th of a named log event.

The event stands in CRASH_EVENT, N in CRASH_COUNT. Nothing of the bot is patched: its log events are its steps.
"""

import logging
import os
import signal

from src.cli.main import main

EVENT = "CRASH_EVENT"
COUNT = "CRASH_COUNT"


class Executioner(logging.Handler):
    """Kills its own process while the N-th record of the event is being written."""

    def __init__(self, event: str, count: int) -> None:
        super().__init__(logging.DEBUG)
        self._event = event
        self._left = count

    def emit(self, record: logging.LogRecord) -> None:
        """Look at one record. structlog hands its fields over as the message."""
        if isinstance(record.msg, dict) and record.msg.get("event") == self._event:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    logging.getLogger().addHandler(Executioner(os.environ[EVENT], int(os.environ.get(COUNT, "1"))))
    main(["run"])
