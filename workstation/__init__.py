"""The domain of the member workstations: no HTTP, no JSON, no clock of its own."""
