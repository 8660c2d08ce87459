"""The page as its user meets it: the real server, a real browser, and no way to the outside."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from planning.folder import FILES
from planning.texts import STAMP

sys.path.insert(0, str(Path(__file__).parents[1]))

from made_registers import register

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # whatever goes outside ends here
]
SECONDS_OF_A_RUN = 5.0
PRICE = "锁定与排除的代价"
HAS_INK = (
    "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data"
    ".some((value, i) => i % 4 === 3 && value)"
)
# Brings the first proposed site of plan B to the middle of its map and gives its place on the screen.
SHOW_PROPOSED = """root => {
  const pane = root.planView.panes[1];
  const site = pane.dots._pane.sites.find(one => one.role === "proposed");
  pane.map.setView([site.lat, site.lon], 11, { animate: false });
  const at = pane.map.latLngToContainerPoint([site.lat, site.lon]);
  const box = pane.box.getBoundingClientRect();
  return { id: site.id, name: site.name, x: box.left + at.x, y: box.top + at.y };
}"""
ROLE_OF = """(root, id) => root.planView.panes[1].dots._pane.sites.find(one => one.id === id)?.role"""

# What a planner may have in a name, as Streamlit's Markdown could take it.
NAMES_PAGE = """
import streamlit as st
from planning.app.state import plain
for name in {names!r}:
    st.subheader(plain(name), anchor=False)
    st.caption(plain(name))
    st.info(plain(name))
"""
NAMES = [
    "3~5公里，8~9公里",
    "$100 与 $200",
    "**粗** _斜_ `码` [名](javascript:1) ![图](http://outside.example/a.png)",
    "<img src=x onerror=\"document.title='broken'\">",
    "1. 一 :red[红] :smile: \\(x\\)",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_up(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def group_is_alive(leader: int) -> bool:
    """Whether any process of a process group is left."""
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def serving(folder: Path, port: int, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server of this test's own, ended at the end."""
    environment = {k: v for k, v in os.environ.items() if k != "JIUJIN_LANG" and not k.startswith("STREAMLIT_")}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            until = monotonic() + 60
            while not is_up(port):
                said = (folder / "server.log").read_text(errors="replace")
                assert process.poll() is None, said
                assert monotonic() < until, f"no answer within a minute: {said}"
                sleep(0.1)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this system")
    with api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """The page as `jiujin app` serves it."""
    port = free_port()
    folder = tmp_path_factory.mktemp("page")
    with serving(folder, port, "planning.cli", "app", "--port", str(port)) as process:
        yield process
    assert not is_up(port)
    assert "Traceback" not in (folder / "server.log").read_text(errors="replace")


@pytest.fixture(scope="module")
def address(server: subprocess.Popen[bytes]) -> str:
    return f"http://127.0.0.1:{list(server.args)[-1]}"  # type: ignore[arg-type]


class Visit:
    """One tab, and what went wrong in it or tried to leave."""

    def __init__(self, browser: Any, address: str) -> None:
        self.address = address
        self.requests: list[str] = []
        self.wrong: list[str] = []
        self.context = browser.new_context(locale="zh-CN", viewport={"width": 1500, "height": 1000})
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("websocket", lambda line: self.requests.append(line.url.replace("ws", "http", 1)))
        self.page.on("requestfailed", lambda r: self.wrong.append(f"failed: {r.url} {r.failure}"))
        self.page.on("response", lambda r: self.wrong.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.wrong.append("a dialog"), dialog.dismiss()))

    @property
    def outside(self) -> list[str]:
        """Requests to anything but the server."""
        return [url for url in self.requests if not url.startswith((f"{self.address}/", "data:", "blob:"))]

    def metric(self) -> str:
        return str(self.page.get_by_test_id("stMetricValue").first.inner_text())

    def settled(self) -> None:
        """Until the server has nothing more to say."""
        self.page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def slider(self, name: str) -> Any:
        return self.page.get_by_test_id("stSlider").filter(has_text=name)

    def choose(self, label: str, option: str) -> None:
        wanted = self.page.get_by_role("option", name=option, exact=True)
        for _ in range(10):  # a page still redrawing may close the list again
            self.page.get_by_test_id("stSelectbox").filter(has_text=label).locator("input").click()
            self.page.wait_for_timeout(700)
            if wanted.count():
                break
        wanted.click()

    def run_takes(self) -> float:
        """Press Run and measure, in seconds, until the first number changes."""
        before, started = self.metric(), monotonic()
        self.button("运行").click()
        self.page.wait_for_function(
            "was => { const now = document.querySelector('[data-testid=stMetricValue]');"
            " return now && now.innerText !== was }",
            arg=before,
        )
        return monotonic() - started


@pytest.fixture(scope="module")
def tab(browser: Any, address: str) -> Iterator[Visit]:
    """One tab for all tests; each of them loads the page anew, which begins a new session."""
    made = Visit(browser, address)
    yield made
    made.context.close()


@pytest.fixture
def visit(tab: Visit) -> Iterator[Visit]:
    """The page, drawn; afterwards nothing may have gone outside and nothing may have gone wrong."""
    tab.page.goto("about:blank")
    tab.requests.clear()
    tab.wrong.clear()
    tab.page.goto(tab.address, wait_until="domcontentloaded")
    tab.page.wait_for_selector("canvas.pm-dots", timeout=90_000)
    tab.page.get_by_test_id("stMetricValue").nth(5).wait_for()
    tab.settled()
    yield tab
    assert len(tab.requests) > 5
    assert tab.outside == []
    assert tab.wrong == []


def test_page_is_drawn_in_chinese_with_the_stamp_and_its_plan_downloads(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.wait_for_timeout(300)
    assert [c.evaluate(HAS_INK) for c in page.locator("canvas.pm-dots").all()] == [True, True]
    assert page.locator(".pm-stamp").all_inner_texts() == [STAMP, STAMP]
    assert page.locator(".pm-title").all_inner_texts() == ["A 现状", "B 60 分钟内覆盖最多人"]
    assert page.get_by_role("heading", name="现状").is_visible()
    assert page.title().startswith("就近")
    assert page.get_by_text("已证明最优").first.is_visible()
    assert not covered(page)
    visit.page.get_by_role("tab", name="下载").click()
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("button", name="全部文件（ZIP）").nth(1).click()
    assert waiting.value.suggested_filename == "plan_b.zip"
    waiting.value.save_as(tmp_path / "plan.zip")
    with zipfile.ZipFile(tmp_path / "plan.zip") as packed:
        assert sorted(packed.namelist()) == sorted(f"plan_b/{name}" for name in FILES)
    visit.settled()


def test_slider_run_in_five_seconds_and_another_start(visit: Visit) -> None:
    taken = []
    for left in ("35", "30"):
        thumb = visit.slider("新增机构数").get_by_role("slider")
        thumb.focus()
        for _ in range(5):
            visit.page.keyboard.press("ArrowLeft")
        visit.slider("新增机构数").get_by_text(left, exact=True).first.wait_for()
        visit.settled()
        taken.append(visit.run_takes())
        visit.settled()
    assert float(visit.metric().rstrip("%")) < 86
    assert taken[1] < SECONDS_OF_A_RUN  # the first run warms up
    visit.choose("方案 B 的起点", "节俭方案（1200 万元）")
    visit.slider("建设资金（万元）").get_by_text("1200", exact=True).first.wait_for()
    visit.slider("新增机构数").wait_for(state="detached")
    visit.settled()
    visit.run_takes()
    visit.page.locator(".pm-title", has_text="B 节俭方案（1200 万元）").wait_for()


def test_english_switch_and_the_second_page(visit: Visit) -> None:
    page = visit.page
    page.get_by_test_id("stSidebar").get_by_text("English", exact=True).click()
    page.get_by_role("heading", name="Baseline").wait_for()
    page.locator(".pm-title", has_text="A Baseline").wait_for()
    page.locator(".pm-title", has_text="A 现状").wait_for(state="detached")
    assert page.locator(".pm-title").all_inner_texts() == ["A Baseline", "B Most people within 60 minutes"]
    assert all(s.startswith(STAMP) for s in page.locator(".pm-stamp").all_inner_texts())
    hidden = covered(page)
    page.get_by_role("link", name="Data and assumptions").click()
    page.get_by_text("S published source").wait_for()
    page.get_by_role("link", name="Compare plans").click()
    page.wait_for_selector("canvas.pm-dots")
    visit.settled()
    assert not hidden


def test_clicked_site_can_be_forbidden_at_a_price(visit: Visit) -> None:
    page = visit.page
    maps = page.locator(".pm-root")
    site = maps.evaluate(SHOW_PROPOSED)
    page.mouse.move(site["x"], site["y"])
    assert site["name"] in page.locator(".pm-tip.pm-on").inner_text()
    page.mouse.click(site["x"], site["y"])
    visit.button("排除").wait_for()
    assert site["id"] in page.get_by_text("在地图上选中").inner_text()
    visit.button("排除").click()
    page.get_by_text(PRICE).wait_for()
    assert re.search(r"60 分钟内 [+-]\d+\.\d\d 点", page.get_by_text(PRICE).inner_text())
    visit.settled()
    assert maps.evaluate(ROLE_OF, site["id"]) == "forbidden"
    visit.button("取消锁定/排除").click()
    page.get_by_text(PRICE).wait_for(state="detached")
    visit.settled()
    assert maps.evaluate(ROLE_OF, site["id"]) == "proposed"


def covered(page: Any) -> bool:
    """Whether the stamp of the first map and its zoom buttons share a place on the screen."""
    stamp, zoom = (page.locator(css).first.bounding_box() for css in (".pm-stamp", ".leaflet-control-zoom"))
    across = stamp["x"] < zoom["x"] + zoom["width"] and zoom["x"] < stamp["x"] + stamp["width"]
    return bool(across and stamp["y"] < zoom["y"] + zoom["height"] and zoom["y"] < stamp["y"] + stamp["height"])


def test_names_stay_words_in_markdown(browser: Any, tmp_path: Path) -> None:
    script = tmp_path / "names.py"
    script.write_text(NAMES_PAGE.format(names=NAMES), encoding="utf-8")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    flags = ("--server.address=127.0.0.1", "--server.headless=true", "--browser.gatherUsageStats=false")
    with serving(tmp_path, port, "streamlit", "run", str(script), f"--server.port={port}", *flags):
        made = Visit(browser, address)
        made.page.goto(address, wait_until="domcontentloaded")
        made.page.get_by_test_id("stAlert").nth(len(NAMES) - 1).wait_for()
        for kind in ("stHeading", "stCaptionContainer", "stAlert"):
            shown = [one.text_content().strip() for one in made.page.get_by_test_id(kind).all()]
            assert shown[: len(NAMES)] == NAMES
        assert made.page.locator("[data-testid=stCaptionContainer] :is(img, strong, em, code, del)").count() == 0
        assert made.page.title() != "broken"
        assert made.outside == []
        made.context.close()


def bytes_of_uploads(address: str) -> int:
    """Bytes of uploaded files that the server holds, as it says itself."""
    with urlopen(f"{address}/_stcore/metrics", timeout=5) as answer:
        told = answer.read().decode()
    return sum(int(n) for n in re.findall(r'cache_type="UploadedFileManager".*? (\d+)(?: |$)', told, re.MULTILINE))


def test_own_register_becomes_a_study_area_and_a_plan(visit: Visit, tmp_path: Path) -> None:
    made = register(300, seed=3)
    path = tmp_path / "残疾人名册2025.csv"
    path.write_bytes(made.table.to_csv(index=False).encode("gb18030"))
    page, total = visit.page, len(made.table)
    page.get_by_role("link", name="我的文件").click()
    page.get_by_text("还没有采用文件").wait_for()
    page.screenshot(path=tmp_path / "1_empty.png")
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_text("导入时删除的列：姓名、身份证号").wait_for()
    visit.settled()
    assert bytes_of_uploads(visit.address) >= path.stat().st_size
    visit.button("读取并检查").click()
    visit.button("采用这份文件").wait_for()
    visit.settled()
    page.screenshot(path=tmp_path / "2_report.png", full_page=True)
    numbers = [int(n) for n in page.get_by_test_id("stMetricValue").all_inner_texts()]
    assert (numbers[0], numbers[1], numbers[4]) == (total, total - made.rejected, made.rejected)
    page.get_by_role("cell", name="身份证号校验位不符").first.wait_for()
    with page.expect_download() as waiting:
        visit.button("质量报告（Excel）").click()
    assert waiting.value.suggested_filename == "质量报告.xlsx"
    visit.button("采用这份文件").click()
    page.get_by_text(f"接受 {numbers[1]} 行").wait_for()
    visit.settled()
    assert page.get_by_text("残疾人名册2025.csv").count() == 1  # in the list, no longer in the uploader
    until = monotonic() + 20
    while bytes_of_uploads(visit.address) and monotonic() < until:
        page.wait_for_timeout(200)
    assert bytes_of_uploads(visit.address) == 0
    visit.button("建立研究区").click()
    page.get_by_text("正在使用研究区“莎车县”").wait_for()
    visit.settled()
    page.screenshot(path=tmp_path / "3_area.png", full_page=True)
    page.get_by_role("link", name="方案比较").click()
    page.wait_for_selector("canvas.pm-dots", timeout=90_000)
    page.get_by_text("残疾人数为登记数").wait_for()
    visit.settled()
    page.screenshot(path=tmp_path / "4_plan.png", full_page=True)
    assert page.get_by_text("当前研究区：莎车县").is_visible()
    visit.choose("人数口径", "人数按各县总数")
    visit.settled()
    page.get_by_text("设置已改动，尚未运行").wait_for()
    visit.button("运行").click()
    page.get_by_text("按各县总数调整").wait_for()
    page.get_by_role("link", name="我的文件").click()
    page.get_by_text(f"接受 {numbers[1]} 行").wait_for()
    visit.button("回到示范区").click()
    page.get_by_text("正在使用研究区").wait_for(state="detached")
    visit.settled()
    body = page.locator("body").inner_text()
    assert [secret for secret in made.secrets if secret in body] == []


def test_foreign_host_is_refused(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    asked = (
        "GET /_stcore/stream HTTP/1.1|Host: outside.example|Origin: http://outside.example|Connection: Upgrade|"
        "Upgrade: websocket|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==||"
    ).replace("|", "\r\n")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(asked.encode())
        assert b" 403 " in line.recv(64)


def test_server_ends_with_its_process(server: subprocess.Popen[bytes], address: str) -> None:
    """The last test of the file: it stops the server of the others, as Ctrl-C does."""
    port = int(address.rsplit(":", 1)[1])
    assert is_up(port)
    server.send_signal(signal.SIGINT)
    server.wait(20)
    assert not is_up(port)
    assert not group_is_alive(server.pid)
