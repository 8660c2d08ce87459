"""What the server does in the background when it starts, so that the first pages are quick."""

from planning.screens.map_ground import ground_of
from planning.study_area import embedded
from planning.texts import LANGUAGES
from planning.work.areas import EMBEDDED


def get_ready() -> None:
    """Have the embedded study area and the ground of its maps at hand."""
    area = embedded(EMBEDDED)
    _ = area.digest
    for language in LANGUAGES:
        ground_of(area, language)
