"""What the keyboard does, as a table."""

from typing import Final

from planning.screens.tables import Table, table_of
from planning.texts import text

# keys → (Chinese, English)
KEYS: Final[dict[str, tuple[str, str]]] = {
    "Tab · Shift+Tab": ("到下一个、上一个控件", "to the next or the previous control"),
    "Enter · Space": ("按下按钮，打开列表，勾选", "press a button, open a list, tick a box"),
    "Ctrl+Enter": ("情景页：运行", "scenario: run"),
    "← ↑ → ↓": ("地图：平移；列表和标签页：移动", "map: move; lists and tabs: go on"),
    "+ · −": ("地图：放大、缩小", "map: zoom in and out"),
    "Home": ("地图：显示全部范围", "map: show everything"),
    "Enter (map)": (
        "地图：列出画面里的地点；再按一次，打开该地点的操作",
        "map: list the places in view; once more opens what can be done with one",
    ),
    "Esc": ("关闭列表或菜单，回到地图", "close a list or a menu, back to the map"),
    "Ctrl+Z · Ctrl+Y": ("地图：撤销、重做", "map: undo and redo"),
}


def keys_table(language: str) -> Table:
    """All keys with what they do."""
    rows = [
        {
            text("help_key", language): key.replace("(map)", "（地图）") if language == "zh" else key,
            text("help_does", language): words[0 if language == "zh" else 1],
        }
        for key, words in KEYS.items()
    ]
    return table_of(text("help_keys", language), rows)
