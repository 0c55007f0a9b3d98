"""One blueprint per subject. A view parses, calls one thing and answers; pages and API apart."""
