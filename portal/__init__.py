"""Pages for staff and clients, server-rendered; everything they know or change goes through the API's client."""
