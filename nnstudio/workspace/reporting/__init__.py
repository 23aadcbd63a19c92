"""What a report tells of runs and studies, gathered from their folders. No window."""
