"""Bulk import of stations, members and plans: read, judge every row, then all or nothing."""
