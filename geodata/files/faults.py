"""Sentences about files that cannot be read. None of them quotes a cell."""

from geodata.errors import LayerError, both


class NoSheetError(LayerError):
    """The file has no sheet or layer of the name that was asked for."""


def unreadable(name: str, kind: str) -> LayerError:
    """For a file that breaks off, or is something else inside."""
    return LayerError(
        [
            both(
                f"{name}: not a readable {kind} file; export it again",
                f"{name}：不是可读取的 {kind} 文件；请重新导出",
            )
        ]
    )


def misnamed(name: str, kind: str) -> LayerError:
    """For a file that does not begin as its ending says."""
    return LayerError(
        [
            both(
                f"{name}: does not begin as a {kind} file does; export it again",
                f"{name}：文件开头不是 {kind} 格式；请重新导出",
            )
        ]
    )


def locked(name: str) -> LayerError:
    """For a file behind a password."""
    return LayerError(
        [
            both(
                f"{name}: protected by a password; open it, remove the password and save it again",
                f"{name}：文件有密码保护；请打开后取消密码，再重新保存",
            )
        ]
    )


def no_sheets(name: str) -> NoSheetError:
    """For a sheet asked of a file that has none."""
    return NoSheetError(
        [
            both(
                f"{name}: this kind of file has no sheets or layers; leave the sheet out",
                f"{name}：这种文件没有工作表或图层；请不要指定工作表",
            )
        ]
    )
