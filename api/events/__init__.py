"""What happened: the audit trail, the activity feed and a fact table in the lake."""
