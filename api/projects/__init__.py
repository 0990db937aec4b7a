"""Projects with their milestones and tasks."""
