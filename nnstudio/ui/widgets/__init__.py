"""Small widgets of which panels are made. They know neither projects nor runs."""
