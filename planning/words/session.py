"""Words of the front door, of projects and of work that runs, in Chinese and English."""

from typing import Final

# key → (Chinese, English)
WORDS: Final[dict[str, tuple[str, str]]] = {
    "session_first_project": ("我的规划", "My planning"),
    "session_demo_project": ("演示：南疆五地州", "Demo: southern Xinjiang"),
    "session_first_look": ("（初步）", " (first look)"),
    "session_kind_plan": ("方案", "A plan"),
    "session_kind_plans": ("几个方案", "Several plans"),
    "session_page_start": ("开始", "Start"),
    "session_page_layers": ("数据", "Data"),
    "session_page_scenario": ("情景", "Scenario"),
    "session_page_runs": ("运行", "Runs"),
    "session_page_compare": ("比较", "Compare"),
    "session_page_why": ("原因", "Reasons"),
    "session_page_reports": ("成果", "Reports"),
    "session_page_sources": ("来源", "Sources"),
    "session_page_help": ("帮助", "Help"),
    "session_page_trail": ("记录", "Trail"),
    # work that runs
    "session_warming": (
        "正在准备计算进程（约十秒；安装后首次约需一分钟）",
        "Getting the computing process ready (ten seconds; about a minute the first time after installing)",
    ),
    "session_next": ("马上开始", "About to begin"),
    "session_ahead": ("排队中，前面还有 {0} 项", "Waiting; {0} before it"),
    "session_cancelling": ("正在取消", "Being cancelled"),
    "session_step_first": ("准备数据", "preparing the data"),
    "session_gone": ("已用 {0} 秒", "{0} s so far"),
    "session_done": ("已完成，用时 {0} 秒", "Done in {0} s"),
    "session_kept_after_all": (
        "计算进程曾中断，但方案此前已完整保存",
        "The computing process was gone, but the plan had been kept before that",
    ),
    "session_cancel": ("取消", "Cancel"),
    "session_show": ("查看", "Show"),
    "session_again": ("重新运行", "Run again"),
    "session_dismiss": ("知道了", "Got it"),
    "session_more_runs": ("另有 {0} 项在运行", "{0} more running"),
    "session_news_done": ("“{0}”已算好", "“{0}” is ready"),
    "session_news_better": ("“{0}”有了更精确的方案", "There is a closer plan for “{0}”"),
    "session_news_failed": ("“{0}”没有算成：{1}", "“{0}” did not work out: {1}"),
    # the head of every page
    "session_project": ("项目：", "Project: "),
    "session_who": ("您的姓名", "Your name"),
    "session_who_help": (
        "多人共用一个项目库时，操作记录里会写明是谁做的。",
        "Several planners share these projects; the trail says who did what.",
    ),
    # the first page
    "session_lead": (
        "残疾人服务机构建在哪里，才能让最需要的人就近得到服务？在这里试算、比较、说明理由。",
        "Where should services for disabled people go, so that those who need them most find them near? "
        "Try it out here, compare, and give the reasons.",
    ),
    "session_door_demo": ("先看演示", "See the demo"),
    "session_door_demo_text": (
        "以南疆五地州的公开数据，比较“现状”和“60 分钟内覆盖最多人”等方案。人数为模型估计。",
        "Public data of southern Xinjiang: the baseline beside “most people within 60 minutes” and others. "
        "The numbers of people are modelled.",
    ),
    "session_demo_button": ("打开演示", "Open the demo"),
    "session_door_open": ("打开项目", "Open a project"),
    "session_door_open_text": (
        "接着上次的工作，或新建一个项目。情景、方案和记录都保存在项目里。",
        "Go on where you stopped, or begin anew. Scenarios, plans and the trail stay in the project.",
    ),
    "session_open_button": ("打开", "Open"),
    "session_choose_project": ("选择项目", "Choose a project"),
    "session_new_name": ("新项目名称", "Name of a new project"),
    "session_new_button": ("新建", "Make it"),
    "session_new_or_file": ("新建项目，或从文件打开", "A new project, or one from a file"),
    "session_titles": ("{0}等 {1} 个方案", "{0} and so on, {1} plans"),
    "session_door_files": ("使用自己的数据", "Bring your files"),
    "session_door_files_text": (
        "导入残疾人名册、机构名单等表格，检查后生成自己的研究区。名册读完即删，姓名和证件号不保存。",
        "Lists of residents, of institutions and so on become a study area of your own once they are checked. "
        "A list is deleted once it is read; names of persons and identity numbers are not kept.",
    ),
    "session_files_button": ("导入文件", "Bring files"),
    "session_guide": ("第一次规划", "Your first plan"),
    "session_guide_go": ("去“{0}”", "Go to {0}"),
    "session_recent_plans": ("最近的方案", "Recent plans"),
    "session_no_plans": (
        "这个项目还没有方案。打开演示，或在“情景”中设定条件后运行。",
        "No plan in this project yet. Open the demo, or set the conditions under Scenario and run.",
    ),
    "session_stored": ("内容保存在哪里", "What is kept where"),
    "session_stored_project": (
        "项目、情景、方案和操作记录：保存在本机的项目库里，关闭网页或重启后仍在。",
        "Projects, scenarios, plans and the trail: in the store on this machine; closing the page or "
        "restarting loses nothing.",
    ),
    "session_stored_shared": (
        "项目、情景、方案和操作记录：保存在单位共用的项目库里，关闭网页或重启后仍在。",
        "Projects, scenarios, plans and the trail: in the store that your office shares; closing the page or "
        "restarting loses nothing.",
    ),
    "session_stored_files": (
        "导入的名册：读取时去掉姓名、证件号、电话等个人列，采用后保留接受的行的其余各列，原文件随即删除。",
        "Lists that you bring: columns with names, identity numbers and phones are dropped as the list is read; what "
        "is adopted keeps the other columns of the accepted rows, and the file itself is deleted.",
    ),
    "session_stored_address": (
        "正在查看的项目和方案：写在网址里，刷新、后退或收藏都能回到同一画面。",
        "Which project and plans you look at: in the address, so that reload, Back and bookmarks lead to the same "
        "picture.",
    ),
    "session_demo_making": (
        "正在计算演示方案。前两个方案算好后会自动打开比较。",
        "The plans of the demo are being computed. The comparison opens as soon as the first two are there.",
    ),
    # the page of runs
    "session_runs_lead": (
        "计算在独立进程中进行：切换页面、关闭浏览器都不会中断，结果自动保存到项目。",
        "Computations have processes of their own: leaving the page or closing the browser does not stop them, and "
        "results are kept in the project.",
    ),
    "session_runs_now": ("正在进行", "Under way"),
    "session_runs_none": ("现在没有计算在进行。", "Nothing is being computed now."),
    "session_runs_over": ("已结束", "Over"),
    "session_runs_no_history": ("这个项目还没有运行过计算。", "Nothing was computed in this project yet."),
    "session_runs_more": ("显示更早的 {0} 项", "Show {0} earlier ones"),
}
