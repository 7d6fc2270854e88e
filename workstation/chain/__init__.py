"""Blocks over receipts and audit events, each with the digest of the one before: tampering shows."""
