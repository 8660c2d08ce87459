"""One look: settings stand once, colours stand once, and words can be read on every ground."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from planning.app.look.theme import SETTINGS, flags

ROOT = Path(__file__).parents[3]
LOOK = ROOT / "planning" / "app" / "look"
TOKENS = dict(re.findall(r"--jj-([\w-]+): (#[0-9a-f]{6});", (LOOK / "tokens.css").read_text(encoding="utf-8")))


def test_the_command_and_the_file_set_the_server_alike() -> None:
    written = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert {f"{part}.{key}": value for part, keys in written.items() for key, value in keys.items()} == SETTINGS
    assert "--server.headless=true" in flags()
    assert [flag for flag in flags() if "Host" in flag] == [
        "--server.allowedHosts=127.0.0.1", "--server.allowedHosts=localhost",
    ]  # fmt: skip


def test_the_theme_has_the_colours_of_the_tokens() -> None:
    named = {"primaryColor": "primary", "backgroundColor": "paper", "secondaryBackgroundColor": "land",
             "textColor": "ink", "linkColor": "primary", "borderColor": "line"}  # fmt: skip
    assert {key: SETTINGS[f"theme.{key}"] for key in named} == {key: TOKENS[name] for key, name in named.items()}


def test_colours_of_the_page_stand_in_the_tokens_only() -> None:
    for path in (LOOK / "page.css", LOOK / "page.js"):
        assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", path.read_text(encoding="utf-8")) == []


def brightness(colour: str) -> float:
    """Relative luminance of a colour (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("words", "grounds"),
    [
        ("ink", ("paper", "land", "soft")),
        ("quiet", ("paper", "land", "soft")),
        ("primary", ("paper", "land", "primary-soft")),
        ("accent", ("paper", "land")),
        ("warn", ("paper", "land", "warn-soft")),
        ("bad-text", ("paper", "land", "bad-soft")),
        ("good", ("paper", "land", "good-soft")),
        ("on-dark", ("primary",)),
    ],
)
def test_words_can_be_read_on_their_ground(words: str, grounds: tuple[str, ...]) -> None:
    for ground in grounds:
        light, dark = sorted((brightness(TOKENS[words]), brightness(TOKENS[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{words} on {ground}"


def test_headings_and_empty_places_show_words_as_they_are() -> None:
    def page() -> None:
        from planning.app import look

        look.put_on("help", "3~5公里")
        look.heading("$100 与 $200", "_x_ <b>")
        look.section("1. 一", ":red[红]")
        look.empty("**无**")

    at = AppTest.from_function(page, default_timeout=30).run()
    assert not at.exception
    assert [at.title[0].value, at.header[0].value, at.caption[0].value] == [
        r"\$100 与 \$200", r"1\. 一", r"\:red\[红\]",
    ]  # fmt: skip
    assert [m.value for m in at.markdown if "style" not in m.value] == [r"\_x\_ \<b\>", r"\*\*无\*\*"]
