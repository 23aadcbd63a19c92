"""Forms: sections, rows and the fields in them. They know no project."""
