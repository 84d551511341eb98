"""The working sets of the fast start (D-2.6): `common.toml` and one file per country, and the rows around them."""
