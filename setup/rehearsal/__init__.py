"""The installation of docs/operations.md, run as it stands there on a throw-away copy of this machine."""
