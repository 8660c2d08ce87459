"""Words that every page has, in Chinese and English."""

from typing import Final

# key → (Chinese, English)
WORDS: Final[dict[str, tuple[str, str]]] = {
    "look_tab": ("就近", "Jiujin"),
    "look_help": ("说明：", "Help for "),
    "look_menu": ("页面", "Pages"),
    "look_skip": ("到主要内容", "To the main content"),
}
