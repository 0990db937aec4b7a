"""What a member is told: filled from events by one job, read at the bell."""
