"""The covering engine: rows that count their open sites."""

from optimizers.cover.core import CoverCore
from optimizers.cover.pose import pose_backup_coverage, pose_cover_test, pose_max_coverage, pose_set_cover

__all__ = ["CoverCore", "pose_backup_coverage", "pose_cover_test", "pose_max_coverage", "pose_set_cover"]
