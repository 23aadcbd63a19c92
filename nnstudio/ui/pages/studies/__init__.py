"""The page Studies: cross-validations, comparisons and searches."""
