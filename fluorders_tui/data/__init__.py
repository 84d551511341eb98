"""The only place with SQL: tables, engine, queries, migrations, numbering and the change feed."""
