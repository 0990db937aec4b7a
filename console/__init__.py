"""Streamlit console: analytics for agency leadership, signed in by the API's session, fed by the gateway alone."""
