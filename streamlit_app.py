"""The front door of the page: `jiujin app`, or `streamlit run streamlit_app.py` in a clone."""

from planning.app import front

front.show()
