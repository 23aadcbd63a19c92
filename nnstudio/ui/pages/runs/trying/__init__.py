"""The tab Try it of the page Runs."""
