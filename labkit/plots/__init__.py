"""Figures of one call and of its statistics."""
