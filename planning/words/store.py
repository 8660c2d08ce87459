"""Words of reports, of the trail of what was done, and of projects as files, in Chinese and English."""

from typing import Final

# key → (Chinese, English)
WORDS: Final[dict[str, tuple[str, str]]] = {
    # the trail, one sentence an act: {0} what it is about, {1} before, {2} after
    "store_act_made": ("建立项目“{0}”", "Made the project “{0}”"),
    "store_act_saved": ("保存情景“{0}”，成为第 {2} 版", "Saved scenario “{0}” as version {2}"),
    "store_act_ran": ("计算情景“{0}”，得到一个方案", "Ran scenario “{0}” and made a plan"),
    "store_act_kept": ("长期保留“{0}”的方案", "Kept a plan of “{0}” for good"),
    "store_act_let go": ("不再长期保留“{0}”的方案", "Let a plan of “{0}” go"),
    "store_act_renamed": ("项目由“{1}”更名为“{2}”", "Renamed the project from “{1}” to “{2}”"),
    "store_act_removed": ("移除项目“{0}”", "Removed the project “{0}”"),
    "store_act_restored": ("恢复项目“{0}”", "Brought the project “{0}” back"),
    "store_act_link made": ("生成链接 {0}", "Made the link {0}"),
    "store_act_opened": ("打开项目文件，得到项目“{0}”", "Opened the project “{0}” from a file"),
    "store_act_other": ("{0}", "{0}"),
    "store_by_os": ("本机用户", "user of this machine"),
    "store_by_typed": ("自填姓名", "typed name"),
    "store_by_oidc": ("已登录", "signed in"),
    "store_by_file": ("随项目文件带来，未在本机核实", "came with the project file, not seen here"),
    "store_when": ("时间", "When"),
    "store_who": ("谁", "Who"),
    "store_what": ("做了什么", "What"),
    "store_detail": ("改动", "Changes"),
    "store_trail_caption": ("“{0}”的操作记录，最近的在前", "What was done in “{0}”, the latest first"),
    "store_chain_holds": (
        "每条记录都与前一条相扣，未发现改动。从末尾删去的记录这样查不出，请定期保存项目文件作备份。",
        "Every entry is chained to the one before, and no change was found. Entries cut off at the end would not show: "
        "keep a project file as a copy now and then.",
    ),
    "store_chain_broken": (
        "第 {0} 条记录与前一条对不上：它或前一条在保存之后被改动或删除。请与备份核对。",
        "Entry {0} does not fit the one before: one of them was changed or deleted after it was kept. "
        "Check it against a copy.",
    ),
    # versions
    "store_versions": ("情景的各个版本", "Versions of the scenarios"),
    "store_versions_caption": ("已保存的情景，最新的在前", "Saved scenarios, the newest first"),
    "store_versions_none": (
        "还没有保存过情景。在“情景”页保存后，每一版都会留在这里，可随时恢复。",
        "No scenario has been saved yet. Once you save one on the scenario page, every version stays here.",
    ),
    "store_scenario": ("情景", "Scenario"),
    "store_version": ("版本", "Version"),
    "store_newest": ("最新", "newest"),
    "store_restore": ("恢复此版", "Restore"),
    "store_restored": (
        "已把“{0}”第 {1} 版恢复为最新的第 {2} 版，并在“情景”页打开。",
        "Version {1} of “{0}” is now the newest, version {2}, and is open on the scenario page.",
    ),
    # projects
    "store_title": ("项目与记录", "Project and trail"),
    "store_lead": (
        "谁在什么时候做了什么，情景的每一个版本，以及项目的保存与打开。",
        "Who did what and when, every version of the scenarios, and the project as a file.",
    ),
    "store_project": ("本项目", "This project"),
    "store_files": ("项目文件", "The project as a file"),
    "store_trail": ("操作记录", "What was done"),
    "store_project_line": (
        "研究区：{0}。由 {1} 于 {2} 建立。共 {3} 个方案、{4} 个已保存的情景。",
        "Study area: {0}. Made by {1} on {2}. {3} plans, {4} saved scenarios.",
    ),
    "store_name": ("项目名称", "Name of the project"),
    "store_rename": ("更名", "Rename"),
    "store_renamed": ("项目已更名。", "The project has a new name."),
    "store_save_file": ("生成项目文件", "Make the project file"),
    "store_save_file_help": (
        "把研究区、情景的全部版本、方案和操作记录存成一个文件（.jiujin），可备份，也可在另一台电脑上打开。"
        "草稿和链接不在其中。",
        "Study area, all versions of the scenarios, plans and the trail in one file (.jiujin): a copy to keep, or to "
        "open on another machine. Drafts and links stay here.",
    ),
    "store_download_file": ("下载 {0}（{1}）", "Download {0} ({1})"),
    "store_open_file": ("打开项目文件（.jiujin）", "Open a project file (.jiujin)"),
    "store_open_file_help": (
        "文件中的内容会先逐项核对，有改动或损坏则不会打开。已有的项目不受影响。",
        "Everything in the file is checked first; one that was changed or is damaged is not opened. "
        "Projects that are here stay as they are.",
    ),
    "store_open_it": ("核对并打开", "Check and open"),
    "store_opened": ("已打开项目“{0}”。", "The project “{0}” is open."),
    "store_remove": ("移除本项目", "Remove this project"),
    "store_remove_help": (
        "移除后不再出现在列表中；内容都还在，可随时恢复。",
        "It leaves the list; nothing is deleted, and it can be brought back.",
    ),
    "store_remove_sure": ("确定移除“{0}”", "Yes, remove “{0}”"),
    "store_removed": ("已移除的项目", "Removed projects"),
    "store_bring_back": ("恢复", "Bring back"),
    "store_is_removed": (
        "这个项目已被移除，内容都还在。",
        "This project was removed; everything in it is still there.",
    ),
    "store_working": (
        "正在处理，完成后显示在这里；可以先去做别的。",
        "Being made; it will be shown here. You can do something else meanwhile.",
    ),
    # reports
    "store_reports": ("成果文件", "Reports"),
    "store_reports_lead": (
        "选方案，选文件，生成后下载。文件都能在没有网络的电脑上打开。",
        "Choose plans, choose files, download them. All of them open on a machine without internet.",
    ),
    "store_no_plans": (
        "还没有方案。先在“情景”页计算一个，再回到这里生成文件。",
        "There are no plans yet. Run a scenario first, then make files of its plan here.",
    ),
    "store_to_scenario": ("去设置情景", "To the scenario"),
    "store_choose_plans": ("一、选方案", "1. Plans"),
    "store_plans_caption": (
        "本项目的方案，最新的在前；勾选的第一个作为对照",
        "Plans of this project, the newest first; the first one ticked is the baseline",
    ),
    "store_choose_formats": ("二、选文件", "2. Files"),
    "store_made_files": ("三、下载", "3. Download"),
    "store_none_made": ("还没有生成文件。", "No files have been made yet."),
    "store_plan": ("方案", "Plan"),
    "store_status": ("求解情况", "How good it is"),
    "store_baseline": ("对照", "baseline"),
    "store_make": ("生成文件", "Make the files"),
    "store_choose_one": ("请至少选一个方案和一种文件。", "Choose at least one plan and one kind of file."),
    "store_no_plan_chosen": ("未选方案", "no plan chosen"),
    "store_needs_two": ("需选两个以上方案", "needs two plans"),
    "store_format_folder": ("方案文件夹（ZIP）", "Plan folder (ZIP)"),
    "store_format_folder_help": (
        "一个方案的全部内容：网点表、覆盖表、GIS 图层、地图、情景和带出处的记录，供存档和复核。",
        "All of one plan: tables of sites and coverage, GIS layers, map, scenario and the record with its sources, "
        "to be filed and checked.",
    ),
    "store_format_map": ("覆盖地图（HTML）", "Coverage map (HTML)"),
    "store_format_map_help": (
        "双击即可打开的地图，供汇报和讨论；图上有出处和“未经审图”字样。",
        "A map that opens by double-click, for meetings; it names its sources and says that it is not for publication.",
    ),
    "store_format_scenario": ("情景文件（TOML）", "Scenario file (TOML)"),
    "store_format_scenario_help": (
        "得出方案的全部设置，可再次打开、修改，或用命令行重算。",
        "All settings that led to the plan, to be opened again, changed, or run from the command line.",
    ),
    "store_format_table": ("对比表（CSV）", "Comparison table (CSV)"),
    "store_format_table_help": (
        "所选方案的全部指标并排，并列出与对照的差值；可用电子表格打开。",
        "Every indicator of the chosen plans side by side with the difference from the baseline, for a spreadsheet.",
    ),
    "store_format_difference": ("差异地图（HTML）", "Difference map (HTML)"),
    "store_format_difference_help": (
        "其余方案各与对照相比：哪些地方变近，哪些地方变远。",
        "Each other plan against the baseline: where people get nearer and where farther.",
    ),
    "store_all_files": ("全部文件（ZIP，{0}）", "All files (ZIP, {0})"),
    "store_made_line": ("{0} 由 {1} 生成 · {2} 个文件", "Made on {0} by {1} · {2} files"),
    "store_source_line": (
        "方案文件夹和地图里写明了数据出处和人数口径；对比表和情景文件里没有，请与方案文件夹一起存档。",
        "Plan folders and maps name their sources and say whom the numbers count. Comparison tables and scenario files "
        "do not: keep them together with the plan folder.",
    ),
    "store_format": ("文件", "File"),
    "store_format_for": ("用途", "What it is for"),
    "store_format_count": ("份数", "How many"),
    "store_formats_caption": ("可生成的文件", "Files that can be made"),
    "store_sources_of_plans": ("数据出处：{0}", "Sources: {0}"),
    "session_kind_export": ("生成成果文件", "report files"),
    "session_kind_pack": ("生成项目文件", "the project file"),
    "session_kind_unpack": ("打开项目文件", "opening a project file"),
    "store_step_files": ("写出文件", "writing files"),
    # the command line
    "store_cli_none": ("还没有项目。", "There are no projects yet."),
    "store_cli_plans": ("{0} 个方案", "{0} plans"),
    "store_cli_saved": ("已保存：{0}（{1}）", "Saved: {0} ({1})"),
    "store_cli_opened": ("已打开项目“{0}”，编号 {1}", "Opened the project “{0}”, id {1}"),
}
