"""Functions run in processes of their own, so that they can meet, be cut off, or run out of room."""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

WAIT_S = 30


def started(work: Callable[..., None], arguments: Sequence[Any]) -> BaseProcess:
    """A copy of this process that does one thing."""
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("processes cannot be copied on this system")
    process = multiprocessing.get_context("fork").Process(target=work, args=tuple(arguments))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads that the copies do not use
        process.start()
    return process


def answers(work: Callable[..., Any], each: Sequence[Sequence[Any]]) -> list[Any]:
    """What a function answers, or the name of what it raises, in processes that begin at the same moment."""
    context = multiprocessing.get_context("fork")
    together, told = context.Barrier(len(each)), context.SimpleQueue()

    def run(*arguments: Any) -> None:
        together.wait(WAIT_S)
        try:
            told.put(work(*arguments))
        except Exception as error:
            told.put(type(error).__name__)

    running = [started(run, arguments) for arguments in each]
    found = [told.get() for _ in each]
    for process in running:
        process.join(WAIT_S)
    return found
