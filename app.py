"""The front door: one ASGI app. `streamlit run app.py` opens it, and so does `uvicorn app:app`."""

import streamlit as st

from studio.ui import server

app = st.App(
    server.MAIN,
    lifespan=server.lifespan,
    routes=server.ROUTES,
    middleware=server.MIDDLEWARE,
)
