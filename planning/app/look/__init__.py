"""One quiet look for all pages.

| file | purpose |
|------|---------|
| `tokens.css` | colours, sizes and type, by name |
| `page.css` | what Streamlit draws |
| `page.js` | language of the page, way past the menu, focus, what is only heard |
| `style.py` | puts them on |
| `parts.py` | heading, section, empty and failed states |
| `theme.py` | settings of the server, for `jiujin app` and `.streamlit/config.toml` |
"""

from planning.app.look.parts import empty, failed, heading, section
from planning.app.look.style import put_on, say

__all__ = ["empty", "failed", "heading", "put_on", "say", "section"]
