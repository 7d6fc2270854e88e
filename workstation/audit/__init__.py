"""Who of the staff saw or changed what: events that are only ever added to."""
