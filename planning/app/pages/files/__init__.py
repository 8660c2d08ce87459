"""The user's own files, step by step: a file with its columns, what was found in it, the study area made of it.

| file | purpose |
|------|---------|
| `own_file.py` | templates, the file, its columns |
| `report.py` | what was found; the file is taken or left |
| `own_area.py` | files that were taken, and the study area made of them |
| `guard.py` | faults that nobody foresaw: told by a number, never by their words |
| `kept.py` | what the session keeps about files: nothing of a person |
"""
