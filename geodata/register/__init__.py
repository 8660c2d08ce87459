"""The register of residents: read without keeping who anyone is, and compared with another list."""

from geodata.register.grades import CATEGORY_WORDS, read_category
from geodata.register.lists import COMPARED, CONFLICTS, ListComparison, compare_lists
from geodata.register.marks import FLAGS, STATUS_WORDS
from geodata.register.people import OWN, read_residents
from geodata.register.privacy import PERSONAL, PLACE, check_key, ephemeral_key, without_numbers

__all__ = [
    "CATEGORY_WORDS",
    "COMPARED",
    "CONFLICTS",
    "FLAGS",
    "OWN",
    "PERSONAL",
    "PLACE",
    "STATUS_WORDS",
    "ListComparison",
    "check_key",
    "compare_lists",
    "ephemeral_key",
    "read_category",
    "read_residents",
    "without_numbers",
]
