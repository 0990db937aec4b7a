"""The API's client for other rooms: in process, or over HTTP where they are deployed apart."""

from api.client.client import Answer, Client, Credentials, Problem

__all__ = ["Answer", "Client", "Credentials", "Problem"]
