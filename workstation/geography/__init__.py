"""Pure geography: positions, distances, datums, outlines. No database, no clock, no HTTP."""
