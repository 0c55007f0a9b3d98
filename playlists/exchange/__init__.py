"""Lists in the formats that other programs read and write: one file per format."""
