"""The web pages: chat, documents and reader, and the JSON API beside them."""
