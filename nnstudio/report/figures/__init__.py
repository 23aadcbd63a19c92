"""What is drawn: each picture from the same numbers that the tables have."""
