"""The main window and the parts that make its frame."""
