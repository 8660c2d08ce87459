"""Pictures of comparisons as SVG that does nothing: no script, no link, no style from outside; texts stay texts.

The page and reports show them as images; whoever cannot see them gets the same numbers from the table they are made
of. Colours are those of the maps and never the only sign: what cannot be told apart is hollow or hatched.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from planning.maps import BAND_COLOURS, DIFFERENCE_COLOURS

WIDE: Final = 640  # pixels
_HIGH: Final = 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 24, 40, 56
_INK, _QUIET, _LINE, _PAPER = "#2b2b33", "#5c6369", "#dcd7cd", "#ffffff"
_BLUE, _RED, _ASH = BAND_COLOURS[0], DIFFERENCE_COLOURS["worse"], "#8a857c"
_FONT: Final = "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"
_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ROW: Final = 26
_LINE_PX: Final = 17
_NAME_PX: Final = 250.0
_STEPS: Final = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Words:
    """What stands on a picture, in the reader's language.

    Attributes:
        title: the name of the picture, which a screen reader says; it is not drawn.
        about: what is to be seen, in a sentence or two, for those who do not see it.
        across, up: what the axes measure, with the unit.
    """

    title: str
    about: str
    across: str = ""
    up: str = ""


@dataclass(frozen=True)
class Dot:
    """A point with its label; hollow where its standing cannot be told, small and grey where another beats it."""

    label: str
    x: float
    y: float
    standing: str = "unbeaten"


@dataclass(frozen=True)
class Point:
    """A point of a line; the truth lies between low and high, both in the unit of y; equal to y where it is exact."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Bar:
    """A bar from 0 to the value; `told` is the value with its unit; hollow where it cannot be told apart."""

    label: str
    value: float
    told: str
    is_hollow: bool = False


def dots_svg(dots: Sequence[Dot], words: Words) -> str:
    """Points of two indicators; those that are not known (nan, inf) are left out."""
    shown = [dot for dot in dots if math.isfinite(dot.x) and math.isfinite(dot.y)]
    plane = _Plane.of([dot.x for dot in shown], [dot.y for dot in shown])
    parts = [_dot(plane, dot) for dot in shown]
    return _picture([*plane.axes(words), *parts, *_labels(plane, shown)], words, _HIGH)


def line_svg(points: Sequence[Point], words: Words) -> str:
    """A line through points by x, each with a bar from low to high; points that are not known are left out."""
    shown = sorted((p for p in points if math.isfinite(p.x) and math.isfinite(p.y)), key=lambda p: p.x)
    ends = [v for p in shown for v in (p.y, p.low, p.high) if math.isfinite(v)]
    plane = _Plane.of([p.x for p in shown], ends)
    path = " ".join(f"{plane.x(p.x):.1f},{plane.y(p.y):.1f}" for p in shown)
    line = f'<polyline points="{path}" fill="none" stroke="{_BLUE}" stroke-width="2"/>'
    return _picture([*plane.axes(words), line, *(_point(plane, p) for p in shown)], words, _HIGH)


def bars_svg(bars: Sequence[Bar], words: Words) -> str:
    """Bars one under the other from a common 0, to the right above it and to the left below it."""
    values = [bar.value if math.isfinite(bar.value) else 0.0 for bar in bars]
    low, high = min([0.0, *values]), max([0.0, *values])
    left, right = WIDE * 0.42, WIDE - 130.0
    scale = (right - left) / ((high - low) or 1.0)
    zero = left - low * scale
    high_px = _TOP + _ROW * len(bars) + 16
    parts = [f'<path d="M{zero:.1f} {_TOP - 6}V{high_px - 12}" stroke="{_QUIET}"/>']
    for i, (bar, value) in enumerate(zip(bars, values, strict=True)):
        parts += _bar(bar, value * scale, zero, _TOP + i * _ROW, right + 8)
    return _picture(parts, words, high_px)


def _bar(bar: Bar, length: float, zero: float, top: float, beside: float) -> list[str]:
    colour = _RED if length < 0 else _BLUE
    fill = f'fill="{_PAPER}" stroke="{colour}" stroke-width="1.5" stroke-dasharray="3 2"' if bar.is_hollow else ""
    fill = fill or f'fill="{colour}" stroke="{colour}" stroke-width="1.5"'
    start = zero + min(length, 0.0)
    middle = top + _ROW / 2
    return [
        f'<rect x="{start:.1f}" y="{top + 4:.1f}" width="{abs(length):.1f}" height="{_ROW - 8}" {fill}/>',
        _text(_short(bar.label, _NAME_PX), 12, middle + 4),
        _text(bar.told, beside, middle + 4),
    ]


def _dot(plane: "_Plane", dot: Dot) -> str:
    x, y = plane.x(dot.x), plane.y(dot.y)
    marks = {
        "unbeaten": f'r="7" fill="{_BLUE}" stroke="{_PAPER}"',
        "beaten": f'r="4" fill="{_ASH}" stroke="{_PAPER}"',
        "within_gap": f'r="6" fill="{_PAPER}" stroke="{_BLUE}" stroke-width="2" stroke-dasharray="3 2"',
    }
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" {marks.get(dot.standing, marks["beaten"])}/>'


def _labels(plane: "_Plane", dots: Sequence[Dot]) -> list[str]:
    """A label beside each dot, up or down from there where another label stands, then with a line to its dot."""
    taken: list[tuple[float, float, float]] = []
    parts = []
    for dot in dots:
        words = _short(dot.label, _NAME_PX)
        x, y, wide = plane.x(dot.x), plane.y(dot.y), _wide(words)
        left = x + 12 if x + 12 + wide < WIDE else x - 12 - wide
        steps = (way * i * _LINE_PX for i in range(len(dots)) for way in ((-1, 1) if i else (1,)))
        middle = next((y + by for by in steps if _is_free(left, y + by, wide, taken)), y)
        taken.append((left, middle, wide))
        if middle != y:
            end = left - 2 if left > x else left + wide + 2
            parts.append(f'<path d="M{x:.1f} {y:.1f}L{end:.1f} {middle:.1f}" stroke="{_ASH}" stroke-width=".7"/>')
        parts.append(_text(words, left, middle + 4))
    return parts


def _is_free(left: float, middle: float, wide: float, taken: Sequence[tuple[float, float, float]]) -> bool:
    """Whether a label may stand here: between the ends of the picture and on no other."""
    on_another = any(
        abs(middle - other) < _LINE_PX and left < start + length and start < left + wide
        for start, other, length in taken
    )
    return not on_another and _TOP - 8 < middle < _HIGH - _BOTTOM


def _wide(words: str) -> float:
    """About how wide words are, in pixels; Chinese characters are as wide as they are high."""
    return sum(13.0 if unicodedata.east_asian_width(c) in "WFA" else 7.5 for c in words)


def _short(words: str, most_px: float) -> str:
    """Words that fit; the table beside the picture has them whole."""
    if _wide(words) <= most_px:
        return words
    return next(cut for n in range(len(words), -1, -1) if _wide(cut := words[:n] + "…") <= most_px)


def _point(plane: "_Plane", point: Point) -> str:
    """The point, filled where it is exact; the bar ends at the frame where nothing is known."""
    x, y = plane.x(point.x), plane.y(point.y)
    is_exact = point.low == point.high
    fill = _BLUE if is_exact else _PAPER
    dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{fill}" stroke="{_BLUE}" stroke-width="2"/>'
    if is_exact:
        return dot
    low, high = (plane.y(v) for v in (point.low, point.high))
    return f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="{_BLUE}" stroke-width="1.5"/>{dot}'


@dataclass(frozen=True)
class _Plane:
    """Where values lie on the picture: ticks of both axes, ascending; the first and the last are the frame."""

    across: tuple[float, ...]
    up: tuple[float, ...]

    @classmethod
    def of(cls, xs: Sequence[float], ys: Sequence[float]) -> "_Plane":
        return cls(ticks(xs), ticks(ys))

    def x(self, value: float) -> float:
        return _LEFT + _share(value, self.across) * (WIDE - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        return _HIGH - _BOTTOM - _share(value, self.up) * (_HIGH - _TOP - _BOTTOM)

    def axes(self, words: Words) -> list[str]:
        bottom, right = _HIGH - _BOTTOM, WIDE - _RIGHT
        lines = "".join(f"M{_LEFT} {self.y(v):.1f}H{right}" for v in self.up)
        lines += "".join(f"M{self.x(v):.1f} {_TOP}V{bottom}" for v in self.across)
        grid = f'<path d="{lines}" stroke="{_LINE}"/>'
        names = [_text(_plain(v, self.across), self.x(v), bottom + 18, "middle", _QUIET) for v in self.across]
        names += [_text(_plain(v, self.up), _LEFT - 8, self.y(v) + 4, "end", _QUIET) for v in self.up]
        middle = (_LEFT + right) / 2
        return [grid, *names, _text(words.across, middle, _HIGH - 14, "middle"), _text(words.up, _LEFT, _TOP - 12)]


def ticks(values: Sequence[float], about: int = 5) -> tuple[float, ...]:
    """Round values, 1, 2 or 5 times a power of ten apart, from below the smallest to above the largest."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low == high:
        low, high = low - (abs(low) / 2 or 1.0), high + (abs(high) / 2 or 1.0)
    rough = (high - low) / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(s for s in _STEPS if s * size >= rough * (1 - 1e-9)) * size
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(i * step for i in range(first, last + 1))


def _share(value: float, axis: Sequence[float]) -> float:
    """Where a value lies between the ends of an axis, 0-1; what lies outside is put on the frame."""
    return min(1.0, max(0.0, (value - axis[0]) / (axis[-1] - axis[0])))


def _plain(value: float, axis: Sequence[float]) -> str:
    """A tick with the digits that tell it from its neighbours."""
    step = axis[1] - axis[0]
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value + 0.0:,.{digits}f}".replace("-", "−")


def _text(words: str, x: float, y: float, anchor: str = "start", colour: str = _INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{_inert(words)}</text>'


def _inert(words: str) -> str:
    """Words as XML text, without characters that XML does not have."""
    return escape(_NOT_XML.sub("\ufffd", words))


def _picture(parts: Iterable[str], words: Words, high: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDE}" height="{high:.0f}" '
        f'viewBox="0 0 {WIDE} {high:.0f}" font-family="{_FONT}" font-size="13">'
        f"<title>{_inert(words.title)}</title><desc>{_inert(words.about)}</desc>"
        f'<rect width="{WIDE}" height="{high:.0f}" fill="{_PAPER}"/>{"".join(parts)}</svg>'
    )
