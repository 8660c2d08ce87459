"""Plans set side by side, read closely: what is better, what cannot be told apart, who gains, who loses, who moves.

`planning.compare` makes the table of numbers; the files of this room read it and the plans behind it. Only `curve.py`
and `aversions.py` solve anything. Every sentence is a `geodata.errors.Sentence`: English, with the same in Chinese.

| file | what it tells |
|------|---------------|
| words.py | a number with its unit |
| apart.py | names and titles of which none comes twice |
| gaps.py | how far each plan may be from the best one, and so which differences mean something |
| marks.py | the table of indicators with better, worse, the same, cannot be told apart |
| counties.py | each county under each plan; counties that gain and that lose |
| network_counties.py | each county under each network plan, by its services |
| groups.py | how many persons change their time band or their group |
| trade_off.py | plans as points of two indicators, those that no other plan beats |
| aims.py | what an objective measures: its unit and name, amounts in words |
| curve.py | what more institutions or more yuan buy |
| aversions.py | the average against the worst-off, by degrees of care for those who travel longest |
| charts.py | pictures of these as inert SVG |
"""
