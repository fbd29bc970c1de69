"""`python -m labkit.cli`, where the command `labkit` is not installed.

Notebook: 00-start-here.
"""

from labkit.cli import app

app()
