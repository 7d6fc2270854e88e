"""Keys by which a spreadsheet reloads the coverage tables of one person's scope."""
