"""What happened to a job, in Chinese and English."""

import errno
from typing import Final

from geodata.errors import Sentence, both

_FULL: Final = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}

CANCELLED: Final = both("Cancelled.", "已取消。")
LOST: Final = both(
    "The computation ended without a word: its process is gone. Your scenario is kept; please run it again.",
    "计算中断：计算进程已不在运行。情景已保留，请重新运行。",
)
DISK_FULL: Final = both(
    "The disk is full. Nothing of this computation was kept, and nothing older was touched. "
    "Please make room and run it again.",
    "磁盘已满。本次计算的结果没有保存，已有内容不受影响。请清理磁盘后重新运行。",
)
MEMORY: Final = both(
    "There was not enough memory for this computation. Please close other programs and run it again.",
    "内存不足，无法完成本次计算。请关闭其他程序后重新运行。",
)
UNREADABLE: Final = both(
    "What was asked cannot be read from the disk. Your scenario is kept; please run it again.",
    "磁盘上的计算请求无法读取。情景已保留，请重新运行。",
)
NO_WORKER: Final = both(
    "The computing process does not start. Your scenario is kept; please start the program again.",
    "计算进程无法启动。情景已保留，请重新启动本程序。",
)


def ours(number: str) -> Sentence:
    """A fault of the program, with the number under which it stands in the log."""
    return both(
        f"Something in the program went wrong; it is not your doing (number {number} in the log). "
        "Your scenario is kept.",
        f"程序内部出错，与您的操作无关（日志编号 {number}）。情景已保留。",
    )


def unknown_kind(kind: str) -> Sentence:
    """A job that this version cannot do."""
    return both(f"This version has no computation named '{kind}'.", f"此版本没有名为“{kind}”的计算。")


def time_left(left_s: tuple[float, float] | None) -> Sentence:
    """How long it may still take, in whole seconds or minutes; nothing is promised when nothing is known.

    Args:
        left_s: the least and the most, in seconds.
    """
    if left_s is None:
        return both("The time left is not known.", "剩余时间未知。")
    size, en, zh = (60, "minutes", "分钟") if left_s[1] >= 180 else (1, "seconds", "秒")
    low, high = (int(-(-seconds // size)) for seconds in left_s)
    if high <= 1:
        return both("Nearly done.", "即将完成。")
    much = str(high) if low == high else f"{low}–{high}"
    return both(f"About {much} {en} left.", f"还需约 {much} {zh}。")


def disk_is_full(error: BaseException | None) -> bool:
    """Whether an error, or the one behind it, says that there is no room; a database says so in words."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if "database or disk is full" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False
