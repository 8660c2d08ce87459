"""What a session may have to tell, in both languages."""

from typing import Final

from geodata.errors import both

LOST_PLANS: Final = both(
    "Some plans of this address are not in this project any more; the others are shown.",
    "地址中的部分方案已不在本项目中；其余方案照常显示。",
)
CHANGED_ELSEWHERE: Final = both(
    "This scenario was changed in another window meanwhile. What is there now is shown; undo leads back.",
    "该情景刚刚在另一窗口中被修改。现已显示最新内容；可用“撤销”退回。",
)
