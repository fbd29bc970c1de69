"""What can be done with decoded sound, as pure functions of samples, numpy alone.

`stretch` makes it longer or shorter at the same pitch, `concealment` fills what is
missing, `likeness` finds the pitch for both. Notebook: 06-loss, 07-jitter-buffer.
"""
