c = get_config()  # type: ignore[name-defined]  # noqa: F821
# nbgrader's Validate waits 30 seconds for a cell: too few for one that trains.
c.Execute.timeout = 600
c.Execute.iopub_timeout = 60
