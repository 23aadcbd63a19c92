"""The queue at work: who trains what waits, and how a page or a command speaks to it."""
