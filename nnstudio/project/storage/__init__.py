"""The `.nns` file: check, migrate, parse, resolve, write."""
