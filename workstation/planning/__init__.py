"""The duty plan as the office types it: who, where, when. Files come in through workstation/imports."""
