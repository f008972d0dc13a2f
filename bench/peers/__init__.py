"""Peers that are measured in an environment of their own; each file runs by itself with that environment's Python."""
