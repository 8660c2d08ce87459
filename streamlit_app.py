"""The front door of the page: `jiujin app`, or `streamlit run streamlit_app.py` in a clone."""

import streamlit as st

from planning.app import compare_page, files_page, sources_page
from planning.app.state import hold_uploads, word

STYLE = """<style>
.stMainBlockContainer { padding-top: 3.2rem; padding-bottom: 2rem; }
[data-testid=stMetricValue] { font-size: 1.7rem; }
</style>"""

st.set_page_config(page_title=word("jiujin"), layout="wide", initial_sidebar_state="expanded")
st.html(STYLE)
page = st.navigation(
    [
        st.Page(compare_page.show, title=word("page_compare"), url_path="compare", default=True),
        st.Page(files_page.show, title=word("page_files"), url_path="files"),
        st.Page(sources_page.show, title=word("page_sources"), url_path="sources"),
    ],
    position="top",
)
if page.url_path != "files":
    hold_uploads(())
page.run()
