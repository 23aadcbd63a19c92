"""What the page Studies does, without a window: listing, plans, starting, following, steering."""
