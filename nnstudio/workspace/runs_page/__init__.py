"""What the page Runs does, without a window: listing, filters, overlay, acts."""
