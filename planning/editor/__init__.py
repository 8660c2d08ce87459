"""The scenario editor without a page: the table of its fields, edits, and differences in words."""
