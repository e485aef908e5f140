"""A job that is at work until it is ended."""

import json
import os
import sys
import time

from dec_core.export.process import LOW_PRIORITY

if __name__ == "__main__":
    os.nice(LOW_PRIORITY)
    json.load(sys.stdin)
    print(json.dumps({"name": "half", "done": 1, "total": 2}), flush=True)
    while True:
        time.sleep(60)
