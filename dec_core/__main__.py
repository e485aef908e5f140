"""``python -m dec_core``."""

import sys

from dec_core.signals import run_command


def _main() -> int:
    # Loaded where a signal already ends the command in order.
    from dec_core.cli.main import main

    return main()


sys.exit(run_command(_main))
