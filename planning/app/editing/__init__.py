"""The parts of the page on which a scenario is edited.

| file | draws |
|------|-------|
| `fields.py` | one setting: a number, a choice, several, a switch, a text |
| `rows.py` | settings that are lists: rows, values by code, aims in order |
| `bar.py` | what differs from the start; undo, redo, run, save, another start |
| `picture.py` | the map of the last plan, its numbers, the table of places |
| `running.py` | knows which plan belongs to the draft, and asks for it |

Every control shows what the draft says, and every change goes to the draft first (`planning.app.session`).
"""
