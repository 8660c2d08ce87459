"""The first tables: projects, scenarios, plans with their parts, drafts, views, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "projects",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("area_name", sa.Text, nullable=False),
        sa.Column("area_sha", sa.String(64), nullable=False),
        *_made(),
        sa.Column("deleted_at", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
    )
    _scenarios()
    _plans()
    _drafts()
    _views()
    _audit()


def _made() -> tuple[sa.Column[str], sa.Column[str]]:
    return sa.Column("made_at", sa.String(32), nullable=False), sa.Column("made_by", sa.Text, nullable=False)


def _scenarios() -> None:
    op.create_table(
        "scenarios",
        sa.Column("project_id", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("toml", sa.Text, nullable=False),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        *_made(),
        sa.PrimaryKeyConstraint("project_id", "name", "version", name="pk_scenarios"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_scenarios_project_id"),
    )


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("project_id", sa.String(32), nullable=False),
        sa.Column("scenario_name", sa.Text, nullable=False),
        sa.Column("scenario_version", sa.Integer),
        sa.Column("toml", sa.Text, nullable=False),
        sa.Column("area_digest", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("indicators", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("kept", sa.Boolean, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        *_made(),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sa.UniqueConstraint("seq", name="uq_plans_seq"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_plans_project_id"),
    )
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_blobs"),
    )
    op.create_table(
        "parts",
        sa.Column("plan_id", sa.String(64), nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "part", name="pk_parts"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_parts_plan_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sha256"], ["blobs.sha256"], name="fk_parts_sha256"),
    )
    op.create_index("ix_parts_sha256", "parts", ["sha256"])


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("project_id", sa.String(32), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("slot", sa.String(32), nullable=False),
        sa.Column("history", sa.Text, nullable=False),
        sa.Column("cursor", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "author", "slot", name="pk_drafts"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_drafts_project_id"),
    )


def _views() -> None:
    op.create_table(
        "views",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("project_id", sa.String(32), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        *_made(),
        sa.PrimaryKeyConstraint("code", name="pk_views"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_views_project_id"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("who_by", sa.String(16), nullable=False),
        sa.Column("project_id", sa.String(32), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_project_id", "audit", ["project_id"])
