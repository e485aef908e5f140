"""``python -m dec_core``."""

import sys

from dec_core.cli import main

sys.exit(main())
