"""How right the measures are: one module a question, each giving figures with their count, interval and target."""
