"""Names of places as they are written, and one spelling under which they are compared.

A key keeps Chinese characters, digits and Latin letters. Uyghur in Arabic letters becomes Latin letter by letter,
Chinese numbers before a word of counting become digits, the many words for one office become one.
"""

import re
import unicodedata
from functools import cache
from typing import Final

LEVELS: Final = {4: "prefecture", 6: "county", 9: "township", 12: "village"}
"""Digits of a code → level of the unit (GB/T 2260 and GB/T 10114, as the statistics bureau writes them)."""

ULY: Final = {
    "ا": "a", "ە": "e", "ب": "b", "پ": "p", "ت": "t", "ج": "j", "چ": "ch", "خ": "x", "د": "d", "ر": "r", "ز": "z",
    "ژ": "zh", "س": "s", "ش": "sh", "غ": "gh", "ف": "f", "ق": "q", "ك": "k", "گ": "g", "ڭ": "ng", "ل": "l", "م": "m",
    "ن": "n", "ھ": "h", "و": "o", "ۇ": "u", "ۆ": "ö", "ۈ": "ü", "ۋ": "w", "ې": "ë", "ى": "i", "ي": "y", "ئ": "",
}  # fmt: skip
"""The 32 letters of Uyghur Arabic and the carrier of an initial vowel in Uyghur Latin (ULY, 2008)."""

_LOOKALIKES: Final = str.maketrans({"ک": "ك", "ی": "ى", "ه": "ە", "ہ": "ھ", "ـ": "", "ٴ": "", "’": "'", "‘": "'"})
_INVISIBLE: Final = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u064b-\u065f]")
_DOTS: Final = re.compile("[·.•・‧∙●⋅]")
_BRACKETS: Final = re.compile(r"[(\[{〈《【「『][^)\]}〉》】」』]*[)\]}〉》】」』]?")
_NOT_NAME: Final = re.compile(r"[^0-9a-z\u3400-\u9fff ]")
_HAN_SPACE: Final = re.compile(r" (?![a-z])|(?<![a-z]) ")

_DIGIT: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}
_COUNTED: Final = "师团连营队组号村社居区分斗支排牧户栋幢单弄"
_NUMBER: Final = re.compile(rf"([〇○零一二三四五六七八九十百]+)(?=[{_COUNTED}]|大队|小队|小区|生产队|林场|农场)")
_ORDINAL: Final = re.compile(r"第(?=\d+[师团连营])")

_OFFICES: Final = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        ("(?:新疆)?生产建设兵团", "兵团"),
        ("人民政府", ""),
        ("街道办事处|街道办|街办", "街道"),
        ("村?(?:村民委员会|村委员会|村委会|村民委|村委员|村委)(?:委会)?", "村"),
        ("(?:社区)?(?:居民委员会|居委会|居民委)|社区委员会", "社区"),
        (
            "(?<=..)(?:(?:蒙古|回|塔吉克|柯尔克孜|哈萨克|满)族(?:民族)?|(?:蒙古|塔吉克|柯尔克孜|哈萨克)民族)(?=[乡镇]|$)",
            "",
        ),
        ("连生活区|连队", "连"),
        ("大队队", "大队"),
    )
)

KINDS: Final = {
    "prefecture": ("自治州", "地区", "州"),
    "county": ("自治县", "县", "市"),
    "township": ("街道", "镇", "乡", "片区", "区公所", "管委会", "管理委员会"),
    "village": ("社区", "生活区", "村", "连"),
}
"""The words at the end of a name that say what kind of unit it is, by level, longest first."""

LATIN_KINDS: Final = {
    "wilayiti": "prefecture", "oblasti": "prefecture", "prefecture": "prefecture", "diku": "prefecture",
    "nahiyisi": "county", "nahiye": "county", "shehiri": "county", "sheher": "county", "county": "county",
    "city": "county", "xian": "county", "shi": "county",
    "yezisi": "township", "yeza": "township", "baziri": "township", "xiang": "township", "zhen": "township",
    "township": "township", "town": "township", "jiedao": "township", "bashkarmisi": "township",
    "kenti": "village", "kent": "village", "cun": "village", "village": "village", "shequ": "village",
    "mehellisi": "village",
}  # fmt: skip
"""The same words in Uyghur, pinyin and English, in the spelling of a key."""


def clean(text: str) -> str:
    """The text in one form: NFKC, no direction marks or invisible characters, one kind of name dot and of blank."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_LOOKALIKES)
    return " ".join(_DOTS.sub("·", plain).split())


def to_latin(text: str) -> str:
    """Uyghur Arabic letters in Uyghur Latin; everything else stays."""
    return "".join(ULY.get(letter, letter) for letter in text)


def number(text: str) -> int:
    """What a Chinese number says: 五十一 is 51, 二二四 is 224, 五〇 is 50."""
    if "十" not in text and "百" not in text:
        return int("".join(str(_DIGIT[c]) for c in text))
    total = value = 0
    for character in text:
        if character in "十百":
            total += max(value, 1) * (10 if character == "十" else 100)
            value = 0
        else:
            value = _DIGIT[character]
    return total + value


def folded(text: str) -> str:
    """Latin letters without case, accents and apostrophes; q as k, gh as g, kh as h: spellings differ there."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.lower().replace("ə", "e").replace("ƣ", "gh")))
    bare = "".join(c for c in bare if not unicodedata.combining(c) and c not in "'ʼ`-")
    return bare.replace("q", "k").replace("gh", "g").replace("kh", "h")


def key(text: str) -> str:
    """The spelling under which names are compared.

    Words of Latin letters are kept apart by one blank; everything in brackets, punctuation and dots is left out.
    """
    plain = _BRACKETS.sub("", clean(text))
    if not plain.isascii():
        plain = _ORDINAL.sub("", _NUMBER.sub(lambda m: str(number(m[1])), plain))
        for office, word in _OFFICES:
            plain = office.sub(word, plain)
        plain = to_latin(plain)
    plain = folded(plain.replace("·", "")) if any("a" <= c <= "z" or c > "ÿ" for c in plain.lower()) else plain
    plain = _NOT_NAME.sub(" ", plain)
    return _HAN_SPACE.sub("", " ".join(plain.split())).strip()


@cache
def _endings(level: str) -> re.Pattern[str]:
    return re.compile(f"(?<=.)(?:{'|'.join(KINDS[level])})$")


def split_kind(name: str, level: str) -> tuple[str, str]:
    """Core and kind of a key: 阿瓦提镇 as township is (阿瓦提, 镇); the kind is empty where none is written."""
    if name[-1:].isascii():
        words = name.split()
        if len(words) > 1 and LATIN_KINDS.get(words[-1]) == level:
            return " ".join(words[:-1]), words[-1]
        return name, ""
    found = _endings(level).search(name)
    return (name[: found.start()], found[0]) if found else (name, "")


def inside_brackets(text: str) -> list[str]:
    """The keys of what stands in brackets: 四连队（幸福村）has 幸福村."""
    return [inner for found in _BRACKETS.findall(clean(text)) if (inner := key(found[1:].rstrip(")]}〉》】」』")))]
