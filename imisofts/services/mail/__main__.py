"""``python -m imisofts.services.mail``: SMTP on port +3, the inbox page on port +4."""

import uvicorn

from imisofts.services.mail import server
from imisofts.settings import load


def main() -> None:
    """Run the catcher until it is told to stop."""
    settings = load()
    app = server.create(settings.home / "mail", smtp_port=settings.port_base + 3)
    uvicorn.run(app, host="127.0.0.1", port=settings.port_base + 4, log_level="warning")


if __name__ == "__main__":
    main()
