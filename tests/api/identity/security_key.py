"""A key as a browser speaks with it, in software: it makes credentials and signs questions."""

import hashlib
import json
import os
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url


class SecurityKey:
    """One key with one credential. ``verifies`` says whether it asks for a finger or a PIN; ``count`` is shown with
    every answer and grows."""

    def __init__(self, origin: str = "http://imisofts.localhost", *, verifies: bool = True) -> None:
        self.origin, self.verifies, self.count = origin, verifies, 0
        self.id = os.urandom(32)
        self._private = ec.generate_private_key(ec.SECP256R1())

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _authenticator(self, rp_id: str, flags: int) -> bytes:
        self.count += 1
        flags |= 0x01 | (0x04 if self.verifies else 0)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _answer(self, **response: bytes) -> dict[str, Any]:
        ident = bytes_to_base64url(self.id)
        told = {name: bytes_to_base64url(value) for name, value in response.items()}
        extensions = {"credProps": {"rk": True}}
        return {"id": ident, "rawId": ident, "type": "public-key", "response": told,
                "clientExtensionResults": extensions}  # fmt: skip

    def make(self, question: dict[str, Any]) -> dict[str, Any]:
        """What ``navigator.credentials.create`` answers."""
        options, numbers = question["options"], self._private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        data = self._authenticator(options["rp"]["id"], 0x40)
        data += bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(public)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return {"state": question["state"],
                "credential": self._answer(clientDataJSON=client, attestationObject=attestation)}  # fmt: skip

    def sign(self, question: dict[str, Any]) -> dict[str, Any]:
        """What ``navigator.credentials.get`` answers."""
        options = question["options"]
        client, data = self._client("webauthn.get", options["challenge"]), self._authenticator(options["rpId"], 0)
        signature = self._private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        answer = self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)
        return {"state": question["state"], "credential": answer}
