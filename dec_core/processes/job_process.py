"""The process of one job, which steps back behind training: see ``jobs``."""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import traceback

from dec_core.errors import DECLabError
from dec_core.processes.jobs import JobStatus
from dec_core.processes.own_process import send, streams, yields


def step_back() -> None:
    """Run only while no core has anything better to do, or else at the lowest priority; no GPU.

    With ``DEC_STEP_BACK=0`` the priority stays.

    Training waits for the slowest of its threads, so that even the lowest usual priority beside it
    takes a fifth of its speed. TensorFlow takes nearly all memory of every GPU that it sees, so
    call this before it is imported.
    """
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    if not yields():
        return
    with contextlib.suppress(OSError):
        os.nice(19)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def main() -> None:
    """Carry out the one piece of work that is sent, and answer with ``JobStatus`` after status."""
    step_back()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    requests, answers = streams()

    def progress(step: str, done: int, total: int) -> None:
        send(answers, JobStatus(step, done / max(total, 1)))

    try:
        work = pickle.load(requests)
        left_out = work(progress=progress).left_out
    except DECLabError as error:
        end = JobStatus(is_over=True, problem=str(error))
    except Exception as error:
        traceback.print_exc()
        problem = f"The export failed on an unexpected error: {type(error).__name__}: {error}"
        end = JobStatus(is_over=True, problem=problem)
    else:
        end = JobStatus("done", 1.0, is_over=True, left_out=left_out)
    send(answers, end)


if __name__ == "__main__":
    main()
