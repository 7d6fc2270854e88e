"""Reports of a month, quarter or year: numbered editions that keep their figures and their document."""
