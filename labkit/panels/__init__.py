"""What a notebook shows: widgets for the registry, the phone and the ladder."""
