"""``python -m dec_core``."""

import os
import sys

from dec_core.signals import run_command


def _main() -> int:
    # Loaded where a signal already ends the command in order.
    from dec_core.cli.main import main

    try:
        try:
            return main()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has enough of it, as ``head`` has; the rest is thrown away.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


sys.exit(run_command(_main))
