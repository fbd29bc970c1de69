"""Cameras, microphones and loudspeakers: synthetic, from a file, this machine's."""
