"""An OpenID provider for tests that may also lie: it answers with whatever token it is told to."""

import hmac
import json
import threading
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey


class Issuer:
    """Real HTTP on loopback, in a thread that ends with the process. ``codes`` maps a code to the token it is worth;
    ``asked`` is the last form that the token endpoint was sent; ``says`` what the userinfo endpoint says."""

    def __init__(self) -> None:
        self.key, self.other = (RSAKey.generate_key(2048, {"kid": "rsa"}) for _ in range(2))
        self.curve = ECKey.generate_key("P-256", {"kid": "curve"})
        self.codes: dict[str, str] = {}
        self.asked: dict[str, str] = {}
        self.says: dict[str, Any] | None = None
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                named = self.headers.get("Authorization") == "Bearer none"
                self._send(issuer.says if self.path == "/me" and named else issuer.documents().get(self.path))

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                issuer.asked = {name: values[0] for name, values in form.items()}
                issuer.asked["authorization"] = self.headers.get("Authorization", "")
                token = issuer.codes.pop(issuer.asked["code"], None)
                self._send({"id_token": token, "token_type": "Bearer", "access_token": "none"} if token else None)

            def _send(self, found: dict[str, Any] | None) -> None:
                content = json.dumps(found or {"error": "invalid_grant"}).encode()
                self.send_response(200 if found else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Quietly."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.name = self.url
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Give the port back."""
        self._server.shutdown()
        self._server.server_close()

    def documents(self) -> dict[str, dict[str, Any]]:
        """What is read of it."""
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.name,
                "authorization_endpoint": f"{self.url}/auth",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "userinfo_endpoint": f"{self.url}/me",
            },
            "/keys": {"keys": [key.as_dict(private=False) for key in (self.key, self.curve)]},
        }

    def answer(self, going: dict[str, Any], *, sign: str = "RS256", **claims: Any) -> dict[str, str]:
        """What a browser that was sent away brings back; ``claims`` replace those of an honest token, None leaves one
        out. ``sign``: an algorithm, or *stranger* for a key that is not the provider's."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(going["url"]).query).items()}
        now = int(datetime.now(UTC).timestamp())
        honest = {"iss": self.url, "aud": query["client_id"], "iat": now, "exp": now + 300, "nonce": query["nonce"]}
        said = {name: value for name, value in {**honest, **claims}.items() if value is not None}
        code = f"code{len(self.codes)}{now}{query['state'][:8]}"
        self.codes[code] = self._token(sign, said)
        return {"ticket": going["ticket"], "state": query["state"], "code": code}

    def order(self, subject: str, *, sign: str = "RS256", **claims: Any) -> dict[str, str]:
        """A logout token as the provider's server sends it; ``claims`` replace those of an honest one, None leaves one
        out."""
        now = int(datetime.now(UTC).timestamp())
        honest = {"iss": self.url, "aud": "imisofts", "iat": now, "jti": uuid4().hex, "sub": subject}
        said = {**honest, "events": {"http://schemas.openid.net/event/backchannel-logout": {}}, **claims}
        token = self._token(sign, {name: value for name, value in said.items() if value is not None})
        return {"logout_token": token}

    def _token(self, sign: str, claims: dict[str, Any]) -> str:
        if sign in {"none", "HS256"}:
            return self._forged(sign, claims)
        if sign == "ES256":
            return jwt.encode({"alg": "ES256", "kid": "curve"}, claims, self.curve)
        return jwt.encode({"alg": "RS256", "kid": "rsa"}, claims, self.other if sign == "stranger" else self.key)

    def _forged(self, algorithm: str, claims: dict[str, Any]) -> str:
        """Unsigned, or signed with the public key as if it were a secret: everybody has it."""

        def encoded(content: bytes) -> bytes:
            return urlsafe_b64encode(content).rstrip(b"=")

        head = {"alg": algorithm, "kid": "rsa"}
        body = b".".join(encoded(json.dumps(part).encode()) for part in (head, claims))
        mark = hmac.digest(self.key.as_pem(private=False), body, "sha256") if algorithm == "HS256" else b""
        return (body + b"." + encoded(mark)).decode()
