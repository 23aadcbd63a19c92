"""A trained model tried on one sample: drawn, from a file, of the data, or typed. No Qt here."""
