"""A videocall, taken apart so that a class can see every part work."""
