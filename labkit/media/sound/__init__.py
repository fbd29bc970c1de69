"""What can be done with decoded sound: stretch it in time, replace what is missing.

Pure functions of samples, numpy alone. Notebook: 06-loss, 07-jitter-buffer.
"""
