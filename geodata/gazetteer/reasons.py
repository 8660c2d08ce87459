"""Why a place was matched, or why a person has to look: one sentence for each reason, in both languages."""

from typing import Final

from geodata.errors import Sentence, both

MATCHED: Final = "matched"
PERSON: Final = "person"
UNMATCHED: Final = "unmatched"

REASONS: Final[dict[str, Sentence]] = {
    # matched
    "code": both("by its code", "按代码"),
    "name": both("county and names are in the code list", "县及名称均在代码表中"),
    "alias": both("by a former name or another script", "按曾用名或其他文字名称"),
    "core": both("a name without its kind, the only one of that name there", "名称未写后缀，当地仅有一个同名单位"),
    "kind": both("乡 for 镇 or the reverse, the only one of that name there", "乡与镇不一致，当地仅有一个同名单位"),
    "typo": both("one letter differs, nothing else there is near", "一字之差，当地没有其他相近名称"),
    "only": both("no township given, the only village of that full name in the county", "未写乡镇，全县仅有一个同名村"),
    "county_only": both("only the county is said", "只写到县"),
    "township_only": both("only the township is said", "只写到乡镇"),
    "village_not_listed": both(
        "the village is not in the code list; kept at its township", "村不在代码表中；保留到乡镇"
    ),
    "township_new": both(
        "the township is newer than the village list; kept at its county", "乡镇晚于村级代码表设立；保留到县"
    ),
    "code_above": both("the code is not listed, the unit above it is", "代码不在代码表中，按其上级单位"),
    "answered": both("answered by a person", "人工确认"),
    # person
    "county_missing": both("no county is given; a name alone is not enough", "未写县；仅凭名称不足以确定"),
    "county_ambiguous": both("the county may be one of several (市, 县 or 地区)", "县名不明确（市、县或地区）"),
    "county_clash": both("the row names two counties that exclude each other", "同一行写了两个互相矛盾的县（地区）"),
    "county_unknown": both("the county is not in the code list", "县名不在代码表中"),
    "county_new": both(
        "a county set up in December 2024; its villages are not listed yet", "2024年12月新设的县，尚无村级代码"
    ),
    "division_only": both("a division of the Corps is not one county", "只写了师，无法确定所在县市"),
    "township_clash": both("the row names two townships", "同一行写了两个不同的乡镇"),
    "township_several": both("several townships of the county bear the name", "县内有多个同名乡镇"),
    "township_near": both("the township is not listed; some names are near", "乡镇不在代码表中；有相近名称"),
    "township_unknown": both("the township is not listed in this county", "该县代码表中没有这个乡镇"),
    "township_elsewhere": both("the township is listed in another county", "该乡镇在代码表中属于其他县"),
    "village_clash": both("the row names two villages", "同一行写了两个不同的村"),
    "village_several": both(
        "several villages bear the name (村 and 社区, or no township given)", "有多个同名村（社区）"
    ),
    "village_near": both("the village is not listed; some names are near", "村不在代码表中；有相近名称"),
    "village_elsewhere": both(
        "the village is listed in another township of the county", "该村在代码表中属于本县其他乡镇"
    ),
    "village_unknown": both(
        "no township is given and the village is not listed in the county", "未写乡镇，且县内没有这个村"
    ),
    "weak": both("an alias that nobody has verified", "该别名尚未核实"),
    "code_clash": both("code and names disagree", "代码与名称不一致"),
    "code_several": both("the code means different units in the two lists", "该代码在两份代码表中含义不同"),
    "code_unknown": both("the code is not in the list", "代码不在代码表中"),
    # unmatched
    "no_text": both("no place is given", "没有地点信息"),
    "nothing_known": both("nothing in the text is in the code list", "文字中没有代码表内的地名"),
}
