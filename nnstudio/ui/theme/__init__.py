"""Colours, fonts and icons, and how they are put on the application."""
