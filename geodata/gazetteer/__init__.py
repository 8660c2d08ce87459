"""The gazetteer: administrative units with their codes and names, and which unit a written place is."""

from geodata.gazetteer.locate import locate
from geodata.gazetteer.match import match_places
from geodata.gazetteer.reasons import REASONS
from geodata.gazetteer.review import answers_as_aliases, read_answers, review_list
from geodata.gazetteer.units import Gazetteer, from_units, open_gazetteer, read_gazetteer

__all__ = [
    "REASONS",
    "Gazetteer",
    "answers_as_aliases",
    "from_units",
    "locate",
    "match_places",
    "open_gazetteer",
    "read_answers",
    "read_gazetteer",
    "review_list",
]
