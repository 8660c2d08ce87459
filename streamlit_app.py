"""The front door of the page: `jiujin app`, or `streamlit run streamlit_app.py`."""

import streamlit as st

st.navigation([st.Page("planning/app/compare_page.py")]).run()
