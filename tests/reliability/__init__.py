"""A package, so that its room is left with its last test (the scope `package` of fixtures)."""
