"""One quiet look for all pages.

| file | purpose |
|------|---------|
| `tokens.css` | colours, sizes and type, by name |
| `page.css` | what Streamlit draws |
| `page.js` | language of the page, way past the menu, focus, what is only heard |
| `style.py` | puts them on |
| `parts.py` | heading, section, empty states |
| `theme.py` | settings of the server, for `jiujin app` and `.streamlit/config.toml` |
"""

from planning.app.look.parts import empty, heading, section
from planning.app.look.style import put_on, say

__all__ = ["empty", "heading", "put_on", "say", "section"]
