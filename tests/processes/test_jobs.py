"""Work beside training: its progress, its result, and every way in which it can fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dec_core.export.figure_csv import figure_csv
from dec_core.plots.sizes import draw_sizes
from dec_core.processes.jobs import Job, Jobs
from tests.plots.scripted import scripted_view
from tests.processes.small_jobs import fail, figure, figure_in_a_file, wait
from tests.runs.short_runs import wait_until


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    opened = Jobs()
    yield opened
    opened.close()


def endless(jobs: Jobs, key: str = "one") -> Job:
    """A job at work."""
    job = jobs.start(key, "x.txt", wait)
    wait_until(lambda: bool(job.status.step) or job.status.is_over, timeout=900)
    assert not job.status.is_over
    return job


def process_id(job: Job) -> int:
    """Of one that is endless and at work."""
    return int(job.status.step.split()[0])


def test_a_job_ends_with_its_file(jobs: Jobs) -> None:
    job = jobs.start("one", "sizes.csv", figure)
    job.join()
    assert job.status.is_over and not job.status.problem
    assert job.status.share == 1
    assert job.target.name == "sizes.csv"
    assert job.target.read_text("utf-8") == figure_csv(draw_sizes(scripted_view()))
    assert jobs.get("one") is job


def test_a_job_starts_from_any_folder(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "json.py").write_text("raise ImportError('not the one that was meant')")
    monkeypatch.chdir(tmp_path)
    job = jobs.start("one", "sizes.csv", figure)
    job.join()
    assert not job.status.problem
    assert job.target.exists()


def test_a_job_that_cannot_succeed_says_why(jobs: Jobs) -> None:
    job = jobs.start("one", "sizes.csv", figure_in_a_file)
    job.join()
    assert job.status.is_over
    assert job.status.problem.startswith("An export needs room at")


def test_an_unexpected_error_is_named(jobs: Jobs) -> None:
    job = jobs.start("one", "sizes.csv", fail)
    job.join()
    assert "unexpected error: KeyError: 'sizes.csv'" in job.status.problem


def test_the_process_steps_back_behind_training_or_keeps_its_priority(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = process_id(endless(jobs))
    assert os.getpriority(os.PRIO_PROCESS, kept) == os.getpriority(os.PRIO_PROCESS, 0)
    monkeypatch.delenv("DEC_STEP_BACK")
    stepped_back = process_id(endless(jobs, "other"))
    assert os.getpriority(os.PRIO_PROCESS, stepped_back) == 19
    if sys.platform == "linux":
        assert os.sched_getscheduler(kept) == os.sched_getscheduler(0)
        assert os.sched_getscheduler(stepped_back) == os.SCHED_IDLE


def test_a_second_start_finds_the_job_at_work(jobs: Jobs) -> None:
    job = endless(jobs)
    assert endless(jobs) is job
    assert endless(jobs, "other") is not job


def test_a_killed_process_is_a_sentence(jobs: Jobs) -> None:
    job = endless(jobs)
    os.kill(process_id(job), signal.SIGKILL)
    job.join()
    assert job.status.is_over
    assert "ended before it was done" in job.status.problem
    assert endless(jobs) is not job


def test_a_cancelled_job_leaves_nothing(jobs: Jobs) -> None:
    job = endless(jobs)
    number = process_id(job)
    jobs.drop("one")
    assert jobs.get("one") is None
    assert not job.target.parent.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_closing_ends_everything(jobs: Jobs) -> None:
    running, done = endless(jobs), jobs.start("two", "sizes.csv", figure)
    done.join()
    jobs.close()
    assert running.status.is_over
    assert not done.target.parent.parent.exists()


def test_results_of_a_server_that_was_killed_go_after_a_day(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    orphan, fresh, alive = (
        tmp_path / f"dec-lab-export-{number}"
        for number in (f"{dead.pid}-old", f"{dead.pid}-new", f"{os.getpid()}-old")
    )
    for folder in (orphan, fresh, alive):
        folder.mkdir()
        (folder / "run.zip").write_text("a result")
    for folder in (orphan, alive):
        os.utime(folder, (0, 0))
    jobs.start("one", "sizes.csv", figure)
    assert not orphan.exists()
    assert fresh.exists() and alive.exists()


def test_the_oldest_results_go(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dec_core.processes.jobs.KEPT_JOBS", 2)
    for number in range(3):
        jobs.start(str(number), "sizes.csv", figure).join()
    assert jobs.get("0") is None
    assert jobs.get("1") is not None and jobs.get("2") is not None
