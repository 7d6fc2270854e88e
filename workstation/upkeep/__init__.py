"""What keeps an installation well for years: nightly chores, and findings about how it is."""
