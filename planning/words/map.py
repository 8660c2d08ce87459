"""Words of one part of the page in Chinese and English."""

from typing import Final

# key → (Chinese, English)
WORDS: Final[dict[str, tuple[str, str]]] = {}
