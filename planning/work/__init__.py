"""What workers do for the page: the table of kinds, and one file for each kind of work."""
