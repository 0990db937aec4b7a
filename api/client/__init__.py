"""The API's client: over HTTP, or in the same process. Whatever a page can do, the API can."""

from api.client.client import Answer, Client, Credentials, Problem

__all__ = ["Answer", "Client", "Credentials", "Problem"]
