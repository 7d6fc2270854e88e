"""Promises to people kept in code: encrypted anew, redacted in time, handed over, erased."""
