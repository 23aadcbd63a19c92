"""The page Runs: a table of all runs above, one of them in tabs below."""
