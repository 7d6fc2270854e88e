"""What `make` runs before the project's own packages are there: the standard library only."""
