"""``python -m console``: serve the console on its own port."""

import uvicorn

from imisofts import settings as settings_module


def main() -> None:
    """Serve until stopped; the port is the installation's second one."""
    settings = settings_module.load()
    uvicorn.run("console.server:app", host="127.0.0.1", port=settings.port_base + 1, log_level="warning")


if __name__ == "__main__":
    main()
