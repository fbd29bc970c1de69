"""Checks of the exercises in the notebooks."""
