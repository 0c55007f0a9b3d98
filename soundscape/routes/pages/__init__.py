"""Pages: server-rendered, GET only. What they change goes through the API; signing in and out are forms."""
