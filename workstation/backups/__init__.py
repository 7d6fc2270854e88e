"""Backups: one encrypted file for each, checked as a whole before anything is put back from it."""
