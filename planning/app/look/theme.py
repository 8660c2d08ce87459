"""How the server and its theme are set, once for `jiujin app` and for `.streamlit/config.toml`."""

from typing import Final

FONT: Final = (
    '"Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei UI", "Microsoft YaHei", "PingFang SC", sans-serif'
)
SETTINGS: Final[dict[str, str | int | bool | list[str]]] = {
    "server.address": "127.0.0.1",
    "server.headless": True,
    "server.allowedHosts": ["127.0.0.1", "localhost"],
    "server.disconnectedSessionTTL": 30,
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "theme.base": "light",
    "theme.primaryColor": "#1f6a86",
    "theme.backgroundColor": "#f7f5f0",
    "theme.secondaryBackgroundColor": "#ffffff",
    "theme.textColor": "#2b3137",
    "theme.linkColor": "#1f6a86",
    "theme.borderColor": "#dcd7cd",
    "theme.showWidgetBorder": True,
    "theme.baseRadius": "8px",
    "theme.baseFontSize": 15,
    "theme.font": FONT,
    "theme.headingFont": FONT,
}
"""Options of Streamlit: this machine only, no name but our own, nothing sent anywhere, colours of `tokens.css`.

The words of an unforeseen fault are not shown: they may hold a row of somebody's file.
"""


def flags() -> list[str]:
    """The settings as options of `streamlit run`."""
    return [
        f"--{key}={written(one)}"
        for key, value in SETTINGS.items()
        for one in (value if isinstance(value, list) else [value])
    ]


def written(value: str | int | bool) -> str:
    """A setting as the command line takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
