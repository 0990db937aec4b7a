"""The operational service: FastAPI on Postgres, one folder per domain."""
