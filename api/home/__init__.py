"""What stands open now, for whoever looks: the first page of staff and of clients."""
