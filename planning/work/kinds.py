"""The table of kinds of work, one row each; workers are started with `planning.work.kinds:KINDS`."""

from typing import Final

from planning.jobs.kinds import Kind, Kinds
from planning.work.export_job import make_export
from planning.work.plan_job import make_plan, make_plans
from planning.work.project_jobs import pack_project, unpack_project
from planning.work.reasons_job import explain, make_curve, weigh
from planning.work.warm_up import SPARE_TIME, warm_up

KINDS: Final = Kinds(
    rows={
        "plan": Kind(make_plan, "quick", "session_kind_plan"),
        "plans": Kind(make_plans, "quick", "session_kind_plans"),
        "curve": Kind(make_curve, "quick", "session_kind_curve"),
        "why_site": Kind(explain, "quick", "session_kind_why_site"),
        "trade_off": Kind(weigh, "quick", "session_kind_trade_off"),
        "export": Kind(make_export, "quick", "session_kind_export"),
        "pack": Kind(pack_project, "quick", "session_kind_pack"),
        "unpack": Kind(unpack_project, "quick", "session_kind_unpack"),
    },
    warm_up=warm_up,
    spare_time=SPARE_TIME,
    most_kept={"store": 1, "areas": 3, "plans": 4, "answers": 6, "networks": 2},
)
