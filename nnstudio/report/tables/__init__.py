"""Tables of reports, from figures, models and data."""
