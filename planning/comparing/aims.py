"""What the objective of a plan of sites measures: its unit, its name, and amounts of it in words."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from geodata.errors import Sentence, both
from planning.network.reasons.explanation import Interval
from planning.network.reasons.sentences import amount as network_amount
from planning.network.reasons.sentences import number
from planning.plan import per_person
from planning.question import Question

WEIGHTED: Final = "weighted persons"
_MODELS: Final = {
    "max_coverage": (1, "persons", both("persons within {} min", "{} 分钟内的人数")),
    "backup_coverage": (1, WEIGHTED, both("persons within {} min, a second institution near counting too",
                                          "{} 分钟内的人数（兼计第二家机构）")),
    "set_cover": (-1, "sites", both("institutions open", "开放的机构数")),
    "p_median": (-1, "min", both("mean travel time", "平均到达时间")),
    "p_center": (-1, "min", both("longest travel time", "最长到达时间")),
    "lexicographic": (-1, "min", both("longest travel time", "最长到达时间")),
}  # fmt: skip


@dataclass(frozen=True)
class Aim:
    """What a question is solved for.

    Attributes:
        turn: 1 where more is better, -1 where less is.
        unit: of the objective as it is shown: persons, weighted persons, min, sites.
        name: what it measures.
    """

    turn: int
    unit: str
    name: Sentence


def aim_of(question: Question) -> Aim:
    """The aim of a question that has one."""
    goal = question.scenario.objective
    turn, unit, words = _MODELS[goal.model]
    is_weighted = not np.array_equal(question.problem.weight, np.where(question.problem.weight, question.persons, 0))
    near = f"{goal.minutes:g}"
    name = both(words.format(near), words.zh.format(near))
    if question.kappa:
        name = both("equity-equivalent travel time", "公平等值时间")
    if is_weighted and unit in ("persons", "min"):
        name = both(f"{name}, persons weighted", f"{name.zh}（按人群加权）")
        unit = WEIGHTED if unit == "persons" else unit
    return Aim(turn, unit, name)


def shown_value(question: Question, value: float | None) -> float | None:
    """An objective or a bound as it is shown: minutes a person where the model sums minutes."""
    return per_person(question, value) if question.scenario.objective.model == "p_median" else value


def amount(value: float, unit: str, way: int = 0) -> Sentence:
    """A number with its unit; `way` 1 rounds up, -1 down, 0 to the nearest."""
    if unit == "min":
        return both(f"{number(value, way)} min", f"{number(value, way)} 分钟")
    if unit == WEIGHTED:
        return both(f"{number(value, way)} weighted persons", f"{number(value, way)} 加权人数")
    return network_amount(value, unit, way)


def span(interval: Interval, unit: str) -> Sentence:
    """An amount of 0 or more as what is proven of it: exact, at most, between."""
    if interval.is_exact:
        return amount(interval.low, unit)
    most = amount(interval.high, unit, 1)
    if interval.low <= interval.high * 1e-3:
        return both(f"at most {most}", f"不超过 {most.zh}")
    least = number(interval.low, -1) if unit != "yuan" else amount(interval.low, unit, -1)
    return both(f"between {least} and {most}", f"{getattr(least, 'zh', least)} 至 {most.zh}")
