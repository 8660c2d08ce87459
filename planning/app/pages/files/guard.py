"""Faults that nobody foresaw while a file was read: told by a number, for their words may hold a row of the file."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from planning.app import session
from planning.app.state import plain, show_faults, word
from planning.file_screens import FAULTY
from planning.jobs.worker import write_log


@contextmanager
def guarded() -> Iterator[None]:
    """Show what goes wrong within: the sentences of a known fault, the number of any other in the log."""
    try:
        yield
    except FAULTY as error:
        show_faults(error.faults)
    except Exception as error:
        st.error(plain(word("files_unforeseen").format(write_log(session.home(), error))))
