"""A name server for tests: answers TXT questions with real packets, on loopback, with what it was told."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Names:
    """``texts`` maps a name to its TXT records; a name that is not there does not exist."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def serve(self) -> None:
        """Answer until the socket is closed."""
        while True:
            packet, asker = self._socket.recvfrom(512)
            if not packet:
                return
            self._socket.sendto(self._answer(packet), asker)

    def stop(self) -> None:
        """An empty packet ends the serving."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            host, _, port = self.address.partition(":")
            last.sendto(b"", (host, int(port)))

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()

    def _answer(self, packet: bytes) -> bytes:
        question = packet[12:]
        found = self.texts.get(_name(question))
        head = packet[:2] + struct.pack("!5H", 0x8180 | (3 if found is None else 0), 1, len(found or []), 0, 0)
        return head + question + b"".join(_record(text.encode()) for text in found or [])


def _name(question: bytes) -> str:
    labels, place = [], 0
    while question[place]:
        labels.append(question[place + 1 : place + 1 + question[place]].decode())
        place += 1 + question[place]
    return ".".join(labels)


def _record(text: bytes) -> bytes:
    """One TXT record at the question's name; a long text comes in strings of at most 255 bytes."""
    parts = [text[start : start + 255] for start in range(0, len(text), 255)] or [b""]
    data = b"".join(bytes([len(part)]) + part for part in parts)
    return b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 60, len(data)) + data


@contextmanager
def answering() -> Iterator[Names]:
    """A name server in a thread of its own."""
    names = Names()
    thread = threading.Thread(target=names.serve)
    thread.start()
    try:
        yield names
    finally:
        names.stop()
        thread.join()
        names.close()
