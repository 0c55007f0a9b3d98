"""All SQL of the service: one file per subject, each with its own tables."""
