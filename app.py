"""The front door: one ASGI app. `streamlit run app.py` opens it, and so does `uvicorn app:app`."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from studio.ui.guard import Guard
from studio.ui.house import lifespan
from studio.ui.routes import ROUTES

app = st.App(
    Path(__file__).parent / "studio" / "ui" / "main.py",
    lifespan=lifespan,
    routes=ROUTES,
    middleware=[Middleware(Guard)],
)
