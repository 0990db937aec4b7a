"""The catcher with a real SMTP conversation: every delivery is a file of its own, readable on the page."""

import smtplib
import threading
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest
import uvicorn

from imisofts.services.mail import server
from tests.imisofts.ports import free_port


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[tuple[Path, int, str]]:
    """A running catcher: its folder, SMTP port and page address."""
    smtp_port, web_port = free_port(), free_port()
    app = server.create(tmp_path / "mail", smtp_port=smtp_port)
    running = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=web_port, log_level="warning", ws="none"))
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    yield tmp_path / "mail", smtp_port, f"http://127.0.0.1:{web_port}"
    running.should_exit = True
    thread.join()


def _send(port: int) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@agency.example", "b@client.example", "Bericht für Oktober"
    message["Message-ID"] = "<delivery-1@imisofts>"
    message.set_content("Hello")
    message.add_alternative("<p>Hello <script>alert(1)</script></p>", subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="report.pdf")
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(message)


def test_a_message_sent_twice_is_two_files(catcher: tuple[Path, int, str]) -> None:
    folder, port, url = catcher
    _send(port)
    _send(port)
    assert len(list(folder.glob("*.eml"))) == 2
    answer = httpx2.get(f"{url}/messages.json", params={"message_id": "<delivery-1@imisofts>"})
    assert [message["subject"] for message in answer.json()] == ["Bericht für Oktober"] * 2
    assert httpx2.get(f"{url}/messages.json", params={"message_id": "<other@imisofts>"}).json() == []


def test_the_page_shows_and_hands_out_what_was_sent(catcher: tuple[Path, int, str]) -> None:
    _, port, url = catcher
    _send(port)
    message = httpx2.get(f"{url}/messages.json").json()[0]
    assert "Bericht für Oktober" in httpx2.get(url).text
    assert "report.pdf" in httpx2.get(f"{url}/messages/{message['id']}").text
    attached = httpx2.get(f"{url}/messages/{message['id']}/attachments/0")
    assert attached.content == b"%PDF-1.7"
    assert "sandbox" in httpx2.get(f"{url}/messages/{message['id']}/html").headers["content-security-policy"]
    assert httpx2.get(f"{url}/messages/nothing").status_code == 404
    assert httpx2.get(f"{url}/messages/{message['id']}/attachments/9").status_code == 404
