"""TXT records, asked of one resolver by UDP and, where the answer is cut, by TCP (RFC 1035)."""

import secrets
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TXT, _INTERNET, _CUT, _TIMEOUT = 16, 1, 0x0200, 3.0
_TRIES: Final = 2
_NO_SUCH_NAME: Final = 3


class NoAnswer(Exception):
    """The resolver could not be asked or did not know; asking again later may help."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """A recursive resolver's address."""

    host: str
    port: int = 53

    @classmethod
    def of(cls, setting: str) -> "Resolver":
        """``host`` or ``host:port``; without either the machine's own first resolver."""
        if setting:
            host, _, port = setting.rpartition(":") if setting.count(":") == 1 else (setting, "", "")
            return cls(host, int(port) if port else 53)
        for line in Path("/etc/resolv.conf").read_text(encoding="utf-8").splitlines():
            word, _, value = line.strip().partition(" ")
            if word == "nameserver":
                return cls(value.strip().partition("%")[0])
        raise NoAnswer("This machine names no resolver.")


def txt(name: str, resolver: Resolver) -> list[str]:
    """The TXT records of a name; none where it has none. :class:`NoAnswer` where nobody can say. It blocks."""
    number = secrets.randbelow(1 << 16)
    question = _question(name)
    packet = struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + question
    try:
        answer = _by_udp(packet, resolver)
        if struct.unpack("!H", answer[2:4])[0] & _CUT:
            answer = _by_tcp(packet, resolver)
        return _texts(answer, number, question)
    except (OSError, struct.error, IndexError) as error:
        raise NoAnswer(f"The resolver gave no answer that can be read: {error}.") from error


def _question(name: str) -> bytes:
    labels = [label.encode("ascii") for label in name.split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0" + struct.pack("!2H", _TXT, _INTERNET)


def _by_udp(packet: bytes, resolver: Resolver) -> bytes:
    """Connected, so that only the resolver's own address answers; asked a second time where a packet was lost."""
    family = socket.AF_INET6 if ":" in resolver.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        asking.settimeout(_TIMEOUT)
        asking.connect((resolver.host, resolver.port))
        for attempt in range(_TRIES):
            asking.send(packet)
            try:
                answer = asking.recv(4096)
                while answer[:2] != packet[:2]:  # somebody else's answer, or an older one
                    answer = asking.recv(4096)
            except TimeoutError:
                if attempt == _TRIES - 1:
                    raise
            else:
                return answer
    raise NoAnswer("The resolver did not answer.")


def _by_tcp(packet: bytes, resolver: Resolver) -> bytes:
    with socket.create_connection((resolver.host, resolver.port), timeout=_TIMEOUT) as asking:
        asking.sendall(struct.pack("!H", len(packet)) + packet)
        with asking.makefile("rb") as coming:
            return coming.read(struct.unpack("!H", coming.read(2))[0])


def _texts(answer: bytes, number: int, question: bytes) -> list[str]:
    """The texts of the answer's TXT records, each joined from its strings."""
    found, flags, questions, records = struct.unpack("!4H", answer[:8])
    asked = answer[12 : 12 + len(question)]
    if found != number or not flags & 0x8000 or questions != 1 or asked.lower() != question.lower():
        raise NoAnswer("The resolver answered something else.")
    code = flags & 0xF
    if code == _NO_SUCH_NAME:
        return []
    if code:
        raise NoAnswer(f"The resolver answered with error {code}.")
    place, texts = 12 + len(question), []
    for _ in range(records):
        place = _past_name(answer, place)
        kind, _, _, length = struct.unpack("!HHIH", answer[place : place + 10])
        place += 10
        if kind == _TXT:
            texts.append(_joined(answer[place : place + length]))
        place += length
    return texts


def _past_name(answer: bytes, place: int) -> int:
    """Where a name ends: at a pointer, or at the label without length."""
    while True:
        length = answer[place]
        if length >= 0xC0:
            return place + 2
        place += 1 + length
        if length == 0:
            return place


def _joined(data: bytes) -> str:
    parts, place = [], 0
    while place < len(data):
        parts.append(data[place + 1 : place + 1 + data[place]])
        place += 1 + data[place]
    return b"".join(parts).decode("utf-8", errors="replace")
