"""Studies that are trained and judged: what a plan yields."""
