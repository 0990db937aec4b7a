"""The dbt project as statements: dbt says once what every model and test is in SQL, and this process runs them.

dbt costs seconds of a processor before its first row and milliseconds for each of its nodes; the SQL of a small change
costs less than either. So dbt is the compiler, and what runs its text is a loop over DuckDB.
"""
